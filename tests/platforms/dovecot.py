"""A real IMAP server for one test: Dovecot on a free port and a folder of its own, thrown away afterwards."""

import grp
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from imap_tools import MailBoxUnencrypted

from tests.server import free_port

USER, PASSWORD = "support@shop.example", "secret"


def binary() -> Path | None:
    """Where the server is; None when this machine has none that serves IMAP."""
    found = shutil.which("dovecot") or "/usr/sbin/dovecot"
    return Path(found) if Path(found).exists() and Path("/usr/lib/dovecot/imap").exists() else None


class Dovecot:
    """One running server. Every user has the same password; mails are files that are moved into place."""

    def __init__(self, *, idles: bool = True, tokens_at: str = "", is_sealed: bool = False) -> None:
        """`idles`: whether it can tell of new mails; `tokens_at`: who knows whether an access token is good;
        `is_sealed`: whether it has a certificate, which nobody but itself has signed."""
        self._folder = Path(tempfile.mkdtemp(prefix="deskbell-imap-"))
        self._idles, self._tokens_at = idles, tokens_at
        self._is_sealed, self._delivered = is_sealed, 0
        self._who = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.port, self.sealed_port = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL of the mailbox, with its user and password."""
        return f"imap://{USER.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{self.port}/?insecure"

    @property
    def url_alone(self) -> str:
        """The same without them."""
        return f"imap://127.0.0.1:{self.port}/?insecure"

    @property
    def certificate(self) -> Path:
        """Whom to believe, where it is sealed."""
        return self._folder / "certificate.pem"

    def start(self) -> None:
        """Starts it and waits until it answers."""
        if self._is_sealed and not self.certificate.exists():
            _sign(self.certificate, self._folder / "key.pem")
        (self._folder / "dovecot.conf").write_text(self._configuration())
        if self._tokens_at:
            (self._folder / "tokens.conf").write_text(
                f"tokeninfo_url = {self._tokens_at}\nusername_attribute = email\n"
            )
        (self._folder / "mail").mkdir(exist_ok=True)
        for path in (self._folder, *self._folder.rglob("*")):
            with suppress(FileNotFoundError):  # a lock of a process that is just ending
                os.chown(path, self._who.pw_uid, self._who.pw_gid)
        program = binary()
        assert program is not None
        self._process = subprocess.Popen(
            [str(program), "-F", "-c", str(self._folder / "dovecot.conf")],
            user=self._who.pw_uid, group=self._who.pw_gid, extra_groups=[], cwd="/",
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._until_open()

    def _until_open(self) -> None:
        assert self._process is not None
        for _ in range(400):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
                    if line.recv(100).startswith(b"* OK"):
                        return
            except OSError:
                pass
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError(f"Dovecot does not start: {self.said()[-1000:]}")

    def said(self) -> str:
        """What it wrote into its log."""
        log = self._folder / "log"
        return log.read_text() if log.exists() else ""

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends it; its mails stay for the next start."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=20)
            self._process = None

    def end(self) -> None:
        """Ends it and removes everything."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def drop_all(self) -> None:
        """Cuts every connection, as a firewall or a restart of its workers does."""
        assert self._process is not None
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                said = status.read_text()
            except OSError:
                continue
            is_ours = re.search(rf"^PPid:\s*{self._process.pid}$", said, re.MULTILINE)
            if is_ours and re.match(r"Name:\s*imap(-login)?\n", said):
                os.kill(int(status.parent.name), signal.SIGKILL)

    def box(self) -> MailBoxUnencrypted:
        """A mail program's connection, signed in; to be used in a `with`."""
        box = MailBoxUnencrypted("127.0.0.1", self.port, timeout=20)
        box.login(USER, PASSWORD)
        return box

    def append(self, *mails: bytes, folder: str = "INBOX") -> None:
        """Mails come as a mail program puts them there."""
        with self.box() as box:
            for mail in mails:
                box.append(mail, folder)

    def deliver(self, mail: bytes, *, folder: str = "") -> None:
        """A mail comes as a mail server delivers it: written aside, then moved into place."""
        place = self._folder / "mail" / USER / (f".{folder}" if folder else "")
        self._delivered += 1
        seconds, microseconds = divmod(time.time_ns() // 1_000, 1_000_000)
        name = f"{seconds}.M{microseconds:06}P{os.getpid()}_{self._delivered}.test"
        (place / "tmp" / name).write_bytes(mail)
        os.chown(place / "tmp" / name, self._who.pw_uid, self._who.pw_gid)
        (place / "tmp" / name).rename(place / "new" / name)

    def count_anew(self, folder: str = "") -> None:
        """Loses what it knows of a folder, as when it was put back from a copy: all mails get other UIDs."""
        place = self._folder / "mail" / USER / (f".{folder}" if folder else "")
        self.stop()
        for path in place.glob("dovecot*"):
            path.unlink()
        time.sleep(1.1)  # the validity is made of the time in seconds
        self.start()

    def mails(self, folder: str = "INBOX") -> list[tuple[str, tuple[str, ...]]]:
        """The Message-IDs and flags of what lies in a folder."""
        with self.box() as box:
            box.folder.set(folder, readonly=True)
            return [
                (str(mail.headers.get("message-id", ("",))[0]), mail.flags)
                for mail in box.fetch(mark_seen=False, headers_only=True)
            ]

    def _configuration(self) -> str:
        version = subprocess.run([str(binary()), "--version"], capture_output=True, text=True).stdout
        values = {
            "folder": self._folder, "port": self.port, "password": PASSWORD, "user": self._who.pw_name,
            "group": grp.getgrgid(self._who.pw_gid).gr_name, "uid": self._who.pw_uid, "gid": self._who.pw_gid,
        }  # fmt: skip
        is_new = version.startswith(("2.4", "3."))
        made = (_OF_2_4 if is_new else _OF_2_3).format_map(values)
        if self._is_sealed:
            names = ("ssl_server_cert_file", "ssl_server_key_file", "") if is_new else ("ssl_cert", "ssl_key", "<")
            made = made.replace("ssl = no", "ssl = yes").replace(
                "port = 0", f"port = {self.sealed_port}\n    ssl = yes"
            )
            made += f"{names[0]} = {names[2]}{self.certificate}\n{names[1]} = {names[2]}{self._folder}/key.pem\n"
        if not self._idles:
            made += _DEAF_2_4 if is_new else _DEAF_2_3
        if self._tokens_at:
            values |= {"tokens_at": self._tokens_at}
            made += (_TOKENS_2_4 if is_new else _TOKENS_2_3).format_map(values)
        return made


def _sign(certificate: Path, key_file: Path) -> None:
    """Writes a certificate for this machine, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1),
                                   now + timedelta(days=1)).add_extension(here, critical=False)  # fmt: skip
    certificate.write_bytes(made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


_COMMON = """base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 100
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
"""
_OF_2_3 = (
    _COMMON
    + """disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
"""
)
_OF_2_4 = (
    """dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
"""
    + _COMMON
    + """auth_allow_cleartext = yes
auth_mechanisms = plain login
mail_driver = maildir
mail_path = {folder}/mail/%{{user}}
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {folder}/mail/%{{user}}
  }}
}}
"""
)
_DEAF_2_3 = "imap_capability = IMAP4rev1 SASL-IR LITERAL+ SPECIAL-USE\n"
_DEAF_2_4 = "imap_capability {\n  IDLE = no\n}\n"
_TOKENS_2_3 = """auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/tokens.conf
}}
"""
_TOKENS_2_4 = """auth_mechanisms = plain login xoauth2
oauth2 {{
  introspection_mode = get
  introspection_url = {tokens_at}
  username_attribute = email
}}
"""
