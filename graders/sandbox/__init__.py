"""Runs programs that nobody has read: each in a process of its own, inside bubblewrap, told apart by how it ended.

`pool.run(job, kind)` is the whole interface. Host side: `jail` writes bubblewrap's command line, `worker` talks to one
sandbox, `pool` keeps warm ones and replaces damaged ones. `inside/` is what runs within: the standard library only.
"""
