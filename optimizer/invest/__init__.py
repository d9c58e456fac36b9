"""What to fund, when: the portfolio of initiatives with the most net present value, and its proof."""
