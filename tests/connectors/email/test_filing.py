"""Filing sent mails does its best, within bounds."""

import pytest

from connectors.email import filing
from connectors.email.account import Account
from connectors.email.filing import Filing, Reply
from tests.server import free_port


async def test_only_so_much_waits_to_be_filed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(filing, "MOST_BYTES", 100)
    away = {"address": "support@shop.example", "imap_url": f"imap://127.0.0.1:{free_port()}?insecure"}
    made = Filing(Account.of(away), None)
    for number in range(3):
        made.add(Reply(f"<{number}@shop.example>", b"x" * 45))
    await made.close()
    assert [each.message for each in caplog.records] == [
        "a reply is not in the folder of sent mails: too many wait to be filed"
    ]
