"""The pages, one module a room: each hands on `routes(parts)`, and `assistant.web.app` lists the modules."""
