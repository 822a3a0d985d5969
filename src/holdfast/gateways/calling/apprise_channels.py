"""The ``Channels`` port through Apprise, which knows how to speak to e-mail, ntfy, SMS gateways, web push and others.

None of them says that a message reached the person: what a channel took is ``sent``, no more.
"""

import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from holdfast.gateways.calling.settings import TO, Settings
from holdfast.kernel.errors import OperatorError
from holdfast.usecases.call_ports import ChannelError, Message

if TYPE_CHECKING:  # fetched with the first message: a server listens sooner without it
    import apprise

CONNECT_S = 4
ANSWER_S = 8
"""A channel that is slower than this is tried again later: the next person must not wait for it."""

_TO = re.compile(r"[A-Za-z0-9+@._~-]{1,120}")
"""An address, a number or a topic; nothing that could change the rest of the template."""

# Its own log lines may hold addresses and passwords. What matters of them is on the record in our words. A filter: a
# logger that is only disabled is enabled again by whoever sets up logging after us.
logging.getLogger("apprise").addFilter(lambda _record: False)


class AppriseChannels:
    """Any thread may call any method; ``send`` waits for the network."""

    def __init__(self, settings: Settings) -> None:
        self._templates = settings.templates

    def kinds(self) -> tuple[str, ...]:
        return tuple(sorted(self._templates))

    def check(self, channel: str, to: str) -> None:
        if channel not in self._templates:
            raise OperatorError(f"There is no channel {channel!r} here.", "It is named in calling.yaml first.")
        if not _TO.fullmatch(to):
            raise OperatorError(
                f"That can be no address for {channel}.", "Letters, digits and + @ . _ ~ - only, at most 120."
            )
        if self._plugin(channel, to, {}) is None:
            raise OperatorError(f"{channel} cannot use that address.", "Check it, and the template in calling.yaml.")

    def send(self, message: Message) -> str:
        more = {"cto": str(CONNECT_S), "rto": str(ANSWER_S)}
        if self._templates.get(message.channel, "").startswith(("ntfy://", "ntfys://")):
            more |= {"click": message.link, "priority": "max" if message.urgent else "high"}
        plugin = self._plugin(message.channel, message.to, more)
        if plugin is None:
            raise ChannelError(f"The channel {message.channel} cannot be used as configured.", "See the settings.")
        taken = plugin.notify(body=f"{message.text}\n{message.link}", title=message.title)
        if not taken:
            raise ChannelError(f"The channel {message.channel} did not take the message.", "It is tried again.")
        return "sent"

    def _plugin(self, channel: str, to: str, more: dict[str, str]) -> "apprise.NotifyBase | None":
        template = self._templates.get(channel)
        if template is None or not _TO.fullmatch(to):
            return None
        url = template.replace(TO, quote(to, safe=""))
        if more:
            asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in more.items())
            url += ("&" if "?" in url else "?") + asked
        import apprise

        return apprise.Apprise.instantiate(url, suppress_exceptions=True)
