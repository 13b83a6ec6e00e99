"""Where this HTTP door is found from outside."""

from aiohttp import web


class Site:
    """`base` has no slash at the end; it is known once the door is open."""

    def __init__(self) -> None:
        self.base = ""

    def file(self, name: str) -> str:
        return f"{self.base}/files/{name}"

    def console(self, secret: str) -> str:
        """What stands behind the # stays in the browser: no server, log or preview sees it."""
        return f"{self.base}/console/login#{secret}"


SITE = web.AppKey("site", Site)
