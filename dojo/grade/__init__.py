"""Checks answers that nobody has read: one submission or a thousand.

`submissions` takes answers out of folders and archives; `policy` refuses those that reach for the tests' machinery;
`judge` runs one answer in a process of its own, under limits, with `inside` in that process; `journal` remembers
what is finished; `pool` does many at a time; `report` tells the result.

In-process checking has a limit: the answer and its tests share one process, so code that is written to attack it, and
knows how, can win. What is done here stops what people try (see tests/dojo/grade); for code from strangers run
`dojo grade` in a container without network, with nothing in it that is worth stealing.
"""
