"""Pictures: one function a picture, from records and frames to a plotly figure; shared by the report and the page."""
