"""The unix socket: commands, status and events as lines of JSON.

`docs/control-socket.md` describes it to those who write clients.
"""
