"""How Slack is connected: what is done first, which keys are needed and where each is found."""

from bot.connecting import Guide, Key
from core.show import text

GUIDE = Guide(
    name="slack",
    title=text("Slack"),
    is_room=True,
    before=(
        text("Copy the app's manifest: the page “Channels” shows it, and this prints it: deskbell manifest slack"),
        text("Open https://api.slack.com/apps, choose “Create New App”, then “From a manifest”, and paste it."),
        text("Choose “Install to Workspace”."),
    ),
    keys=(
        Key(
            "SLACK_BOT_TOKEN", text("Bot token: OAuth & Permissions → Bot User OAuth Token (begins with xoxb-)"),
            looks_like=r"xoxb-[A-Za-z0-9-]{8,}", label=text("Bot token"),
        ),
        Key(
            "SLACK_APP_TOKEN",
            text(
                "App-level token: Basic Information → App-Level Tokens → Generate, with the scope connections:write "
                "(begins with xapp-). Leave it empty to be called at PUBLIC_URL instead."
            ),
            looks_like=r"xapp-[A-Za-z0-9-]{8,}", is_optional=True, label=text("App-level token"),
        ),
        Key(
            "SLACK_SIGNING_SECRET",
            text("Signing secret: Basic Information → App Credentials. Needed only without an app-level token."),
            looks_like=r"[A-Za-z0-9-]{8,}", is_optional=True, label=text("Signing secret"),
        ),
    ),
    after=(
        text("Start the desk: deskbell run"),
        text("In Slack, invite the app to your team's channel (/invite @deskbell) and type there: /ticket desk setup"),
    ),
)  # fmt: skip
