"""The split screen on a real terminal: keys to actions, states to frames.

The state is pure and everything about it is decided elsewhere. Here is the one thing
that changes, and what only a program can do: run the editor, stop, and leave.
"""

import gc
from collections.abc import Callable
from functools import partial

from prompt_toolkit.application import Application, run_in_terminal
from prompt_toolkit.filters import Condition
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPress
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import Layout
from prompt_toolkit.output import Output

from gitsplit.core.plan import Plan, without_empty_groups
from gitsplit.errors import EditorFailed, Interrupted
from gitsplit.tui.actions import (
    FAR,
    Action,
    EditorRefused,
    MoveRows,
    MoveTo,
    Scroll,
    SetMessage,
)
from gitsplit.tui.keymap import TABLE
from gitsplit.tui.keys import Deed, Place, Pressed, action_of, place_of
from gitsplit.tui.reduce import reduce
from gitsplit.tui.state import Request, Screen, State, Target, first_state
from gitsplit.tui.style import SCREEN_STYLE
from gitsplit.tui.view import last_scroll, layout

EditText = Callable[[bytes], bytes]
"""Lets the user edit a message on a terminal of its own; may raise EditorFailed."""

SplitApplication = Application[Plan | None]

_ESCAPE_SECONDS = 0.05
_FRAMES_PER_COLLECTION = 4


def run_split(
    target: Target,
    plan: Plan,
    *,
    edit_text: EditText,
    input: Input | None = None,
    output: Output | None = None,
) -> Plan | None:
    """The plan that the user wants written; None where nothing shall be.

    Commits without pieces are left out of it. Raises Interrupted on Ctrl-C and where
    the terminal goes away.
    """
    shell = Shell(first_state(target, plan), edit_text)
    application = shell.application(input, output)
    # What is loaded stays: a collection then looks at what frames leave behind only.
    gc.freeze()
    try:
        return application.run()
    except EOFError as error:
        raise Interrupted("The terminal was closed.") from error
    finally:
        gc.unfreeze()


class Shell:
    """What stands around the pure state: ``state`` is the one thing that changes."""

    def __init__(self, state: State, edit_text: EditText) -> None:
        self.state = state
        self._edit_text = edit_text
        self._frames = 0
        self._early_keys: list[KeyPress] | None = None

    def application(
        self, input: Input | None = None, output: Output | None = None
    ) -> SplitApplication:
        """The application that shows the state and takes keys."""
        application: SplitApplication = Application(
            layout=Layout(layout(lambda: self.state, self._take_mouse)),
            key_bindings=self._key_bindings(),
            style=SCREEN_STYLE,
            full_screen=True,
            mouse_support=True,
            input=input,
            output=output,
            after_render=self._tidy,
        )
        # Escape alone must be told from the first byte of a longer key, and soon.
        application.ttimeoutlen = application.timeoutlen = _ESCAPE_SECONDS
        return application

    def take(self, action: Action, application: SplitApplication) -> None:
        """The state after ``action``, and what it asks for done."""
        self.state = reduce(self.state, action)
        match self.state.request:
            case Request.APPLY:
                application.exit(result=without_empty_groups(self.state.plan))
            case Request.QUIT:
                application.exit(result=None)
            case Request.INTERRUPT:
                application.exit(exception=Interrupted("Interrupted."))
            case Request.SUSPEND:
                application.suspend_to_background()
            case Request.EDIT_MESSAGE:
                self._early_keys = []
                application.create_background_task(self._edit(application))
            case None:
                pass

    async def _edit(self, application: SplitApplication) -> None:
        """The message in focus edited; keys that came early are taken after it."""
        group = self.state.focus
        message = self.state.plan.groups[group].message
        action: Action
        try:
            edited = await run_in_terminal(lambda: self._edit_text(message))
            action = SetMessage(group, edited)
        except EditorFailed as error:
            action = EditorRefused(f"{error} {error.hint}".rstrip())
        except Exception as error:
            # Whatever it is, prompt_toolkit would only print it and go on.
            application.exit(exception=error)
            return
        early, self._early_keys = self._early_keys or [], None
        self.take(action, application)
        application.key_processor.feed_multiple(early)
        application.key_processor.process_keys()
        application.invalidate()

    def _key_bindings(self) -> KeyBindings:
        """The table of keys as prompt_toolkit wants it."""
        bindings = KeyBindings()
        for row in TABLE:
            is_here = Condition(partial(self._is_at, row.places))
            for key, deed in row.deeds.items():
                bindings.add(*key.split(), filter=is_here)(self._handler(deed))

        @bindings.add("<any>", filter=Condition(self._is_away))
        def _(event: KeyPressEvent) -> None:
            assert self._early_keys is not None, "keys are early while away"
            self._early_keys += event.key_sequence

        return bindings

    def _is_away(self) -> bool:
        """Whether the terminal is the editor's."""
        return self._early_keys is not None

    def _is_at(self, places: frozenset[Place]) -> bool:
        """Whether a key pressed now is meant for one of the places."""
        return not self._is_away() and place_of(self.state) in places

    def _handler(self, deed: Deed) -> Callable[[KeyPressEvent], None]:
        """What prompt_toolkit calls when a key is pressed."""

        def handle(event: KeyPressEvent) -> None:
            pressed = self._pressed(event)
            try:
                self.take(action_of(deed, pressed), event.app)
            except Exception as error:
                # A bug ends the screen, which gives the terminal back and shows it.
                event.app.exit(exception=error)

        return handle

    def _pressed(self, event: KeyPressEvent) -> Pressed:
        """The key with what its action may have to know."""
        key = event.key_sequence[-1].key
        is_text = len(key) == 1 or key is Keys.BracketedPaste
        most = self._last_scroll(event.app) if self._is_paged() else FAR
        return Pressed(event.data if is_text else "", _page(event.app), most)

    def _is_paged(self) -> bool:
        return self.state.screen is not Screen.SPLIT

    def _last_scroll(self, application: SplitApplication) -> int:
        size = application.output.get_size()
        return last_scroll(self.state, size.columns, size.rows)

    def _take_mouse(self, row: int, turned: int) -> None:
        """A click on a row, or the wheel turned by so many rows."""
        place = place_of(self.state)
        if place is Place.SPLIT:
            self.state = reduce(self.state, MoveRows(turned) if turned else MoveTo(row))
        elif place is not Place.PROMPT:
            self.state = reduce(self.state, Scroll(turned))

    def _tidy(self, _: SplitApplication) -> None:
        """Frames leave cycles behind; often collected, they never cost a pause."""
        self._frames += 1
        if self._frames % _FRAMES_PER_COLLECTION == 0:
            gc.collect()


def _page(application: SplitApplication) -> int:
    """The rows of the largest window, less one that stays in sight."""
    windows = application.layout.visible_windows
    heights = [w.render_info.window_height for w in windows if w.render_info]
    return max(1, max(heights, default=1) - 1)
