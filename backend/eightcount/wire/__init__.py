"""The wire between Blender and the backend: messages, framing, connection file, client.

Imported on both sides, also by Blender's own Python: standard library, numpy and pyzmq only.
"""
