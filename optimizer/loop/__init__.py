"""The closed loop: channel mix, initiatives and shift schedule decided together.

Sets
    p pools and the parts of their work, k steps of tables, r regions of planes, t periods of the investment horizon
Decisions
    start[o, s]     initiatives, as in `optimizer.invest`
    f[i, c, h, t]   mix of an average month of each period, as in `optimizer.mix`, at the effects that are there then
    level[p, t, k]  step of the schedule-cost table that carries the pool's work; or, where one more person is a small
    taken[p, t, r]  step, the region in which the work of the pool lies, and
    cost[p, t]      what its people cost
Objective
    min  present value of service (people by level or cost, prices, licences, contacts that give up) and initiatives,
         less what they earn; without initiatives a year of service
Subject to
    the rules of the mix and of the portfolio
    workload[p, t](f, start) <= hours[p, k] of the level
    cost[p, t] >= every plane of the region taken, at workload[p, t](f, start)

`workload` turns a mix into the demand of the shift schedule, `pools` sets the kinds of work of a pool apart, `tables`
makes the schedule-cost tables at a shape of the day in steps, `planes` those of many people from linear programs
(`optimizer.mix.regions` solves mixes on them), `schedules` solves schedules side by side, `sequence` decides one after
the other for comparison, `rounds` goes round, and says what is proved. `answer` turns the end into the records that are
written; `rule_prices` and `hedge` price rules and the forecast's error.
"""
