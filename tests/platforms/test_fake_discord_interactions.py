"""The fake Discord, proved with the real discord.py: commands, buttons, menus, forms and their answers in time."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord import app_commands

from tests.platforms.discord_bot import Bot, running
from tests.platforms.discord_reading import shown
from tests.platforms.discord_replies import NO_ANSWER
from tests.platforms.discord_typing import NotOffered
from tests.platforms.fake_discord import FakeDiscord


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    """Discord, whose people wait a fifth of a second for a first answer."""
    async with FakeDiscord(answer_within_s=0.2) as it:
        yield it
        assert it.confusing == []


class Reason(discord.ui.Modal, title="Close"):
    """A form with both ways to ask for something."""

    reason = discord.ui.TextInput(label="Reason", default="resolved", max_length=20)
    tone = discord.ui.Label(
        text="Tone",
        component=discord.ui.Select(options=[discord.SelectOption(label="kind", value="k")], custom_id="tone"),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.tone.component, discord.ui.Select)
        said = f"Closed: {self.reason.value}, {self.tone.component.values}"
        if interaction.message is None:
            await interaction.response.send_message(said)
        else:
            await interaction.response.edit_message(content=said, view=None)


class Card(discord.ui.View):
    """A ticket's card."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Take", custom_id="t:1:take")
    async def take(self, interaction: discord.Interaction, button: discord.ui.Button["Card"]) -> None:
        button.disabled = True
        await interaction.response.edit_message(content=f"{interaction.user.name} has it", view=self)

    @discord.ui.button(label="Close", custom_id="t:1:close")
    async def close(self, interaction: discord.Interaction, button: discord.ui.Button["Card"]) -> None:
        await interaction.response.send_modal(Reason())

    @discord.ui.select(cls=discord.ui.UserSelect, placeholder="Assign", custom_id="t:1:assign")
    async def assign(self, interaction: discord.Interaction, select: discord.ui.UserSelect["Card"]) -> None:
        await interaction.response.defer()
        await interaction.followup.send(f"For {select.values[0].name}", ephemeral=True)


def register(bot: Bot) -> None:
    """The bot's slash commands."""
    ticket = app_commands.Group(name="ticket", description="Tickets")

    async def numbers(interaction: discord.Interaction, start: str) -> list[app_commands.Choice[int]]:
        return [
            app_commands.Choice(name=f"#{number}", value=number)
            for number in range(100)
            if str(number).startswith(start)
        ][:25]

    @ticket.command(description="Take a ticket")
    @app_commands.autocomplete(id=numbers)
    async def take(
        interaction: discord.Interaction, id: app_commands.Range[int, 1], who: discord.Member | None = None
    ) -> None:
        await interaction.response.send_message(f"#{id} is {who.name if who else 'yours'}", ephemeral=True, view=Card())

    @ticket.command(description="Look slowly")
    async def look(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.followup.send("Found")
        await interaction.edit_original_response(content="Found 2")
        await interaction.followup.send("More", ephemeral=True)

    @ticket.command(description="Say nothing")
    async def sleep(interaction: discord.Interaction) -> None:
        pass

    bot.tree.add_command(ticket)


def register_menus(bot: Bot) -> None:
    """The bot's menus on messages and people."""

    @app_commands.context_menu(name="Create ticket")
    async def create(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"From {message.author.name}: {message.content}")

    @app_commands.context_menu(name="Customer")
    @app_commands.default_permissions(manage_guild=True)
    async def customer(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_modal(Reason())

    for command in (create, customer):
        bot.tree.add_command(command)


@pytest.fixture
async def bot(fake: FakeDiscord) -> AsyncIterator[Bot]:
    """A bot whose commands are registered."""
    async with running(fake, Bot()) as it:
        register(it)
        register_menus(it)
        await it.tree.sync()
        it.add_view(Card())
        yield it


async def test_a_command_is_answered_for_one_person_alone(fake: FakeDiscord, bot: Bot) -> None:
    ines, tom = fake.member("ines"), fake.member("tom")
    reply = await ines.types("/ticket take", id=42, who=tom)
    assert (reply.text, reply.ephemeral) == ("#42 is tom\n[Take] [Close]\n<Assign>", True)
    assert fake.channel("general").messages == []
    with pytest.raises(NotOffered, match="Somebody else"):
        await tom.presses(reply, "Take")


async def test_a_client_sends_only_what_fits_a_commands_options(fake: FakeDiscord, bot: Bot) -> None:
    ines = fake.member("ines")
    for line, options in (
        ("/ticket", {}),
        ("/ticket give", {}),
        ("/nothing", {}),
        ("/ticket take", {}),
        ("/ticket take", {"id": "x"}),
        ("/ticket take", {"id": 0}),
        ("/ticket take", {"id": 1, "reason": "x"}),
    ):
        with pytest.raises(NotOffered):
            await ines.types(line, **options)
    with pytest.raises(NotOffered, match="Customer is not offered to ines"):
        await ines.uses_menu("Customer", ines)


async def test_what_a_deferred_command_says_later_is_seen(fake: FakeDiscord, bot: Bot) -> None:
    reply = await fake.member("ines").types("/ticket look")
    await reply.until(lambda reply: reply.text == "Found 2")
    (more,) = await reply.followed_up()
    assert (reply.ephemeral, reply.history, shown(more), more.is_ephemeral) == (
        False,
        ["Found", "Found 2"],
        "More",
        True,
    )
    assert [shown(message) for message in fake.channel("general").messages] == ["Found 2"]


async def test_completions_follow_what_is_typed(fake: FakeDiscord, bot: Bot) -> None:
    assert await fake.member("ines").completes("/ticket take", "id", "4") == [
        (f"#{number}", number) for number in (4, *range(40, 50))
    ]


async def test_an_answer_that_comes_too_late_is_not_taken(fake: FakeDiscord, bot: Bot) -> None:
    reply = await fake.member("ines").types("/ticket sleep")
    assert (reply.failed, reply.text) == (True, NO_ANSWER)
    made = reply.interaction
    with pytest.raises(discord.NotFound, match="10062"):
        await bot.asks("POST", f"/interactions/{made.id}/{made.token}/callback", {"type": 5})


async def test_an_interaction_is_answered_once_and_its_token_ends(fake: FakeDiscord, bot: Bot) -> None:
    reply = await fake.member("ines").types("/ticket take", id=1)
    made, webhook = reply.interaction, f"/webhooks/{bot.application_id}/{reply.interaction.token}"
    with pytest.raises(discord.HTTPException, match="40060"):
        await bot.asks("POST", f"/interactions/{made.id}/{made.token}/callback", {"type": 5})
    await bot.asks("PATCH", f"{webhook}/messages/@original", {"content": "still mine"})
    await fake.passes(15 * 60)
    with pytest.raises(discord.HTTPException, match="50027"):
        await bot.asks("PATCH", f"{webhook}/messages/@original", {"content": "late"})
    assert reply.history == ["#1 is yours", "still mine"]


async def test_buttons_and_menus_change_the_card_they_stand_on(fake: FakeDiscord, bot: Bot) -> None:
    ines = fake.member("ines")
    card = (await ines.types("/ticket take", id=1)).message
    reply = await ines.chooses(card, "Assign", ines)
    assert (reply.text, [shown(message) for message in await reply.followed_up()]) == ("", ["For ines"])
    assert (await ines.presses(card, "Take")).text == "ines has it\n[Take, off] [Close]\n<Assign>"
    with pytest.raises(NotOffered):
        await ines.presses(card, "Take")


async def test_a_form_is_filled_in_and_answers_on_its_card(fake: FakeDiscord, bot: Bot) -> None:
    ines = fake.member("ines")
    card = await ines.types("/ticket take", id=1)
    opened = await ines.presses(card, "Close")
    assert (opened.text, opened.form.labels, opened.form.filled_in) == (
        "Close",
        ["Reason", "Tone"],
        {"Reason": "resolved"},
    )
    for wrong in ({"Reason": "x" * 21, "Tone": "kind"}, {"Tone": "rude"}, {"Nothing": ""}, {"Reason": "x"}):
        with pytest.raises(NotOffered):
            await ines.submits(opened, wrong)
    assert (await ines.submits(opened, {"Tone": "kind"})).text == "Closed: resolved, ['k']"
    assert card.text == "Closed: resolved, ['k']"


async def test_menus_of_messages_and_people_are_used(fake: FakeDiscord, bot: Bot) -> None:
    ines = fake.member("ines")
    message = await ines.posts("general", "My invoice is wrong")
    reply = await fake.owner.uses_menu("Create ticket", message)
    assert (reply.text, reply.ephemeral) == ("From ines: My invoice is wrong", False)
    opened = await fake.owner.uses_menu("Customer", ines)
    assert (await fake.owner.submits(opened, {"Reason": "vip", "tone": "k"})).text == "Closed: vip, ['k']"


def option(name: str = "x", **more: Any) -> dict[str, Any]:
    """A command's text option."""
    return {"type": 3, "name": name, "description": "x"} | more


_CHOICE = {"name": "x", "value": "x"}


@pytest.mark.parametrize(
    ("command", "place"),
    [
        ({"name": "Ticket"}, "name"),
        ({"name": "x" * 33}, "name"),
        ({"description": "x" * 101}, "description"),
        ({"options": [option(str(number)) for number in range(26)]}, "options"),
        ({"options": [option(choices=[_CHOICE] * 26)]}, "options.0.choices"),
        ({"options": [option(choices=[_CHOICE], autocomplete=True)]}, "options.0"),
        ({"options": [option("a"), option("b", required=True)]}, "options.1"),
        (
            {
                "options": [
                    option("x" * 32, description="x" * 100, choices=[{"name": "x" * 100, "value": "x" * 100}] * 25)
                ]
                * 2
            },
            "",
        ),
    ],
)
async def test_a_command_over_a_limit_is_not_registered(
    fake: FakeDiscord, bot: Bot, command: dict[str, Any], place: str
) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await bot.asks(
            "PUT", f"/applications/{bot.application_id}/commands", [{"name": "x", "description": "x"} | command]
        )
    assert refused.value.code == 50035
    assert f"In {'.'.join(part for part in ('0', place) if part)}:" in refused.value.text


async def test_answers_over_a_limit_are_refused(fake: FakeDiscord, bot: Bot) -> None:
    made = (await fake.member("ines").types("/ticket sleep")).interaction
    made.began_at += 3600
    field = {"type": 4, "style": 1, "custom_id": "x", "label": "x" * 46}
    form = {"title": "x" * 46, "custom_id": "x", "components": [{"type": 1, "components": [field]}]}
    for body, place in (
        ({"type": 9, "data": form}, "data.title"),
        ({"type": 9, "data": form | {"title": "x"}}, "data.components.0.components.0.label"),
        ({"type": 4, "data": {"content": "x" * 2_001}}, "data.content"),
        ({"type": 8, "data": {"choices": []}}, "type"),
    ):
        with pytest.raises(discord.HTTPException, match="50035") as refused:
            await bot.asks("POST", f"/interactions/{made.id}/{made.token}/callback", body)
        assert f"In {place}:" in refused.value.text
