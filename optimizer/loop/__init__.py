"""The closed loop: channel mix, initiatives and shift schedule decided together.

Sets
    p pools, each with live and with deferrable work, k steps of its tables, t periods of the investment horizon
Decisions
    start[o, s]     initiatives, as in `optimizer.invest`
    f[i, c, h, t]   mix of an average month of each period, as in `optimizer.mix`, at the effects that are there then
    level[p, t, k]  step of the schedule-cost table that carries the pool's work
Objective
    min  present value of service (people by level, prices, licences, contacts that give up) and initiatives, less what
         they earn; without initiatives a year of service
Subject to
    the rules of the mix and of the portfolio
    workload[p, t](f, start) <= hours[p, k] of the level

`workload` turns a mix into the demand of the shift schedule, `pools` sets deferrable work apart, `tables` makes the
schedule-cost tables at a shape of the day in steps, `lines` those of many people from linear programs, `schedules`
solves schedules side by side, `sequence` decides one after the other for comparison, `rounds` goes round, and says what
is proved. `answer` turns the end into the records that are written; `rule_prices` and `hedge` price rules and the
forecast's error.
"""
