"""Who wrote a mail, where its sender only passes on what somebody typed into a form."""

from collections.abc import Collection

from connectors.email import kinds
from connectors.email.addresses import Address
from connectors.email.reading import Mail


def writer(mail: Mail, own_domains: Collection[str] = ()) -> Address:
    """The address the words are from: Reply-To's where From is one of our own domains or nobody reads it.

    A shop's form sends as the shop, or as no-reply@, and puts who filled it in into Reply-To.
    """
    other = next((one for one in mail.reply_to if one.address and one.address != mail.author.address), None)
    if other is None:
        return mail.author
    is_ours = mail.author.domain in {domain.lower() for domain in own_domains}
    if is_ours or kinds.is_no_reply(mail.author.address):
        return Address(other.name or mail.author.name, other.address)
    return mail.author
