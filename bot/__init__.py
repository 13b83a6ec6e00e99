"""The engine: jobs, providers, storage. It knows neither chats nor HTTP."""
