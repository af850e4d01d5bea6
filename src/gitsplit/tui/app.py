"""The screen on a real terminal: keys become actions, states become frames.

The shell holds the state, the one thing that changes, and does what a pure function
can't: run the editor, suspend, leave, and have threads find out what takes long.
"""

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from threading import Thread

from msgspec import Struct
from msgspec.structs import replace
from prompt_toolkit.application import Application, get_app, run_in_terminal
from prompt_toolkit.filters import Condition
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPress
from prompt_toolkit.key_binding.bindings.mouse import load_mouse_bindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent, KeyProcessor
from prompt_toolkit.keys import KEY_ALIASES, Keys
from prompt_toolkit.layout import Container, Layout
from prompt_toolkit.output import ColorDepth, Output

from gitsplit.errors import (
    ActionRefused,
    EditorFailed,
    Interrupted,
    InvalidPlan,
)
from gitsplit.tui.application_run import ApplicationRun
from gitsplit.tui.background.syntax import Syntax
from gitsplit.tui.background.worker import (
    PATIENCE,
    Backend,
    BackgroundWorker,
    SyntaxReader,
    find_proposal,
    run_in_thread,
    words_for_long,
)
from gitsplit.tui.key_rows import (
    KeyAction,
    KeyContext,
    Pressed,
    action_of,
    context_of,
)
from gitsplit.tui.keymap import UNUSED, key_table, unused_action
from gitsplit.tui.pointer import Pointer, key_in_footer, refused_click
from gitsplit.tui.state.app_state import (
    LISTS,
    Look,
    Screen,
    ShellRequest,
    State,
)
from gitsplit.tui.state.key_names import key_name
from gitsplit.tui.state.problems import todo_without_empty_groups
from gitsplit.tui.state.proposals import commit_to_propose
from gitsplit.tui.state.undo import memory_of
from gitsplit.tui.surroundings import (
    Chosen,
    Surroundings,
    copy_codes,
    edit_in_editor,
    reduce_with_merges,
    save_plan,
)
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.reading import FAR
from gitsplit.tui.update.actions.reports import ChangesSettled, Proposed, Report
from gitsplit.tui.update.actions.shell import Interrupt, refusal_of
from gitsplit.tui.update.reduce import reduce
from gitsplit.tui.view.colours import Scheme, screen_style
from gitsplit.tui.view.layout import (
    WIDE,
    Region,
    diff_columns,
    last_scroll,
    layout,
    page_lines,
    page_matches,
    room,
)
from gitsplit.tui.view.pane import Mouse, Pointed
from gitsplit.tui.view.text import Tints, no_tints

ScreenApplication = Application[Chosen | None]

ESCAPE_SECONDS = 0.05
"""Escape alone is told from the start of a longer key by so much silence."""

_DAY = 86_400.0  # seconds
SETTLED = 0.5
"""Seconds without another change until the new commits are checked by themselves."""

MOMENT = 0.1
"""Seconds until the screen says that something takes long."""

_FRAMES_PER_COLLECTION = 4


def run_screen(
    state: State,
    around: Surroundings,
    *,
    input: Input | None = None,
    output: Output | None = None,
) -> Chosen | None:
    """What the user wants done; None where nothing shall be.

    ``state`` is the screen as it opens. Groups without pieces are left out of plans.
    Raises Interrupted on Ctrl-C, by a signal, and where the terminal goes away.
    """
    shell = Shell(state, around)
    application = shell.application(input, output)
    # What is loaded stays: a collection then looks at what frames leave behind only.
    gc.freeze()
    try:
        return ApplicationRun(application).run()
    finally:
        gc.unfreeze()
        shell.close()


class Tried(Struct):
    """An action that was tried in a thread, on which state, and what it made of it."""

    made: tuple[State, Action, State] | None = None

    def pop(self, action: Action, now: State) -> State | None:
        """What the action makes of the state ``now``; None where that isn't known.

        What the screen says meanwhile makes no difference.
        """
        made, self.made = self.made, None
        if made is None or made[1] is not action or made[2].to_merge is not None:
            return None
        before = made[0]
        said = replace(before, status=now.status, refusal=now.refusal)
        return made[2] if now is before or _is_same(said, now) else None


def _is_same(one: State, other: State) -> bool:
    """Whether two states have the very same values."""
    return all(
        getattr(one, name) is getattr(other, name) for name in State.__struct_fields__
    )


class Shell:
    """Holds the state, takes keys and reports, and does what the state asks for."""

    def __init__(self, state: State, around: Surroundings) -> None:
        self.state = state
        self._keys = key_table(state.info.keys)
        self._around = around
        self._checker = around.checker
        self._syntax = Syntax() if around.with_syntax else None
        self.tints: Tints = no_tints
        self._frames = 0
        self._early_keys: list[KeyPress] | None = None
        self._early_reports: list[Report] = []
        self._is_searching = False
        self._pointer = Pointer()
        self._tried = Tried()
        self._search_thread: Thread | None = None

    def application(
        self, input: Input | None = None, output: Output | None = None
    ) -> ScreenApplication:
        """The application that shows the state and takes keys."""
        application: ScreenApplication = Application(
            layout=Layout(self._layout()),
            key_bindings=self._key_bindings(),
            color_depth=self._color_depth(),
            full_screen=True,
            mouse_support=Condition(self._has_mouse),
            terminal_size_polling_interval=None,  # SIGWINCH says it
            input=input,
            output=output,
            after_render=self._collect_garbage,
        )
        application.style = screen_style(
            self._around.colours,
            application.color_depth,
            getattr(application.output, "term", None) or "",
        )
        self._background = BackgroundWorker(
            lambda: self.state,
            lambda report: self._take_report(report, application),
            self._around.backend,
        )
        application.after_render += self._background.keep_up
        if self._syntax and application.color_depth is not ColorDepth.DEPTH_1_BIT:
            self.tints = self._syntax.tints
            application.after_render += SyntaxReader(self._syntax).keep_up
        # Escape alone must be told from the first byte of a longer key, and soon.
        application.ttimeoutlen, application.timeoutlen = ESCAPE_SECONDS, 0.0
        application.key_processor.after_key_press += partial(_set_patience, application)
        return application

    def _color_depth(self) -> ColorDepth | None:
        """The user's own number of colours; None for that of the terminal."""
        is_mono = self._around.colours.scheme is Scheme.MONO
        return ColorDepth.DEPTH_1_BIT if is_mono else None

    def _has_mouse(self) -> bool:
        return Look.TERMINAL_MOUSE not in self.state.looks

    def _layout(self) -> Container:
        return layout(
            lambda: self.state, self._take_mouse, lambda *line: self.tints(*line)
        )

    def _take_report(self, report: Report, application: ScreenApplication) -> None:
        """Take a report; while the user is in an editor, it waits for their return.

        What they write there is about the state as they left it.
        """
        if self.is_waiting() and not self._is_searching:
            self._early_reports.append(report)
        else:
            self.take(report, application)

    def take(self, action: Action, application: ScreenApplication) -> None:
        """Make the state that follows ``action``, and do what it asks for."""
        before = self.state
        self.state = self._tried.pop(action, before) or reduce_with_merges(
            before, action, self._around.backend.merge
        )
        if self.state.todo is not before.todo:
            self._tell_and_stop_checks()
            self._check_once_settled(application)
        if isinstance(action, Report):
            application.invalidate()
        if isinstance(action, Proposed):
            gc.freeze()  # a proposal is many objects, which stay
        self._answer(action, application)

    def close(self) -> None:
        """End all background work; the screen is gone."""
        self._around.give_up()
        self._background.close()
        if self._search_thread is not None:
            self._search_thread.join(PATIENCE)
        if self._checker is not None:
            self._checker.close()
        self._tell_change()

    def _tell_and_stop_checks(self) -> None:
        """Have the new todo list saved, and give up checks of the old one."""
        self._tell_change()
        if self._checker is not None:
            self._checker.stop()

    def _check_once_settled(self, application: ScreenApplication) -> None:
        """Have the new commits checked where the user wants that, once keys pause."""
        if not self.state.is_checking:
            return
        todo = self.state.todo

        def settle() -> None:
            if self.state.todo is todo and application.is_running:
                self._take_report(ChangesSettled(todo), application)

        asyncio.get_running_loop().call_later(SETTLED, settle)

    def _tell_change(self) -> None:
        self._around.on_change(self.state.todo, memory_of(self.state))

    def _answer(self, action: Action, application: ScreenApplication) -> None:
        """Do what the state asks for after ``action``."""
        match self.state.request:
            case ShellRequest.APPLY:
                todo = todo_without_empty_groups(self.state.todo)
                chosen = Chosen(todo, self.state.accepts_conflict, self.state)
                application.exit(result=chosen)
            case ShellRequest.QUIT:
                application.exit(result=None)
            case ShellRequest.INTERRUPT:
                application.exit(exception=Interrupted("Interrupted."))
            case ShellRequest.SUSPEND:
                application.suspend_to_background()
            case ShellRequest.COPY:
                codes = copy_codes(self.state.clipboard, os.environ)
                application.output.write_raw(codes)
                application.output.flush()
            case ShellRequest.CHECK | ShellRequest.REPAIR as request:
                self._use_checker(request)
            case None:
                pass
            case request:
                self._wait_for(self._prepare(request, action), application)

    def _use_checker(self, request: ShellRequest) -> None:
        """Have new commits checked, or one that failed repaired."""
        make, command = self._around.make_checker, self.state.info.check
        if self._checker is None and make is not None and command:
            self._checker = make(command)
        checker = self._checker
        if checker is not None and request is ShellRequest.CHECK:
            self._background.check(checker)
        elif checker is not None:
            self._background.repair(checker)

    def _wait_for(
        self, made: Awaitable[Sequence[Action]], application: ScreenApplication
    ) -> None:
        """Hold keys back until the actions are made and taken."""
        self._early_keys = []
        application.create_background_task(self._take_prepared(made, application))

    def _answer_key(self, action: Action, application: ScreenApplication) -> None:
        """Take the action of a key; one that takes long is tried in a thread first.

        After a moment the screen says so. Keys that come meanwhile are taken then.
        """
        words = words_for_long(self.state, action)
        if not words:
            self.take(action, application)
            return
        before = self.state

        def say() -> None:
            if self._is_searching and self.state is before:
                self.state = replace(before, status=words, refusal=None)
                application.invalidate()

        asyncio.get_running_loop().call_later(MOMENT, say)
        tried = partial(_try_action, self._tried, before, action)
        self._wait_for(self._search_in_thread(tried), application)

    def _search_in_thread(
        self, find: Callable[[], Sequence[Action]]
    ) -> Awaitable[Sequence[Action]]:
        """Have it found in another thread; meanwhile Ctrl-C leaves."""
        self._is_searching = True
        found, self._search_thread = run_in_thread(find)
        return found

    def _prepare(
        self, request: ShellRequest, action: Action
    ) -> Awaitable[Sequence[Action]]:
        """The actions that answer a request: of the editor, or with a proposal."""
        if request is ShellRequest.PROPOSE:
            return self._search_in_thread(
                partial(_find_proposal, self._around.backend, self.state, action)
            )
        if request is ShellRequest.SAVE_PLAN:
            save = partial(save_plan, self._around, self.state)
            return self._search_in_thread(lambda: [save()])
        return run_in_terminal(
            lambda: [edit_in_editor(self._around.editor, self.state, request)]
        )

    async def _take_prepared(
        self, made: Awaitable[Sequence[Action]], application: ScreenApplication
    ) -> None:
        """Take the actions once they are made, and then the keys that came early."""
        actions: Sequence[Action]
        try:
            actions = await made
        except (ActionRefused, EditorFailed, InvalidPlan) as error:
            actions = [refusal_of(error)]
        except Exception as error:
            # Whatever it is, prompt_toolkit would only print it and go on.
            application.exit(exception=error)
            return
        early, self._early_keys = self._early_keys or [], None
        self._is_searching = False
        reports, self._early_reports = self._early_reports, []
        for action in (*actions, *reports):
            self.take(action, application)
        application.key_processor.feed_multiple(early)
        application.key_processor.process_keys()
        application.invalidate()

    def _key_bindings(self) -> KeyBindings:
        """The key table as prompt_toolkit's bindings."""
        bindings = KeyBindings()
        for row in self._keys.rows:
            for key, key_action in row.actions.items():
                is_here = Condition(partial(self._is_at, row.contexts, key))
                bindings.add(*key.split(), filter=is_here)(self._handler(key_action))

        help_key = dict(self.state.info.keys).get("help", ("?",))[0]
        for key in UNUSED:
            is_unused = Condition(partial(self._is_unused, key))
            say = unused_action(key, key_name(help_key))
            bindings.add(key, filter=is_unused)(self._handler(say))

        mouse = load_mouse_bindings().bindings[0].handler

        @bindings.add(Keys.Vt100MouseEvent)
        def _(event: KeyPressEvent) -> None:
            # Pasted colours begin as reports of a mouse do, and are none.
            with suppress(ValueError, KeyError, IndexError):
                mouse(event)

        @bindings.add("<any>", filter=Condition(self.is_waiting))
        def _(event: KeyPressEvent) -> None:
            assert self._early_keys is not None, "keys are early while away"
            self._early_keys += event.key_sequence

        for key in ("c-c", "<sigint>"):
            is_looking = Condition(lambda: self._is_searching)
            bindings.add(key, filter=is_looking)(self._handler(Interrupt()))
        return bindings

    def is_waiting(self) -> bool:
        """Whether keys are held back: for the editor, or for a proposal."""
        return self._early_keys is not None

    def _is_at(self, places: frozenset[KeyContext], key: str) -> bool:
        """Whether a key pressed now is pressed in one of these contexts."""
        return not self.is_waiting() and self._keys.context(self.state, key) in places

    def _is_unused(self, key: str) -> bool:
        """Whether a key pressed now has no use on the screen that is shown."""
        context = self._keys.context(self.state, key)
        is_screen = context.name in Screen.__members__ or context is KeyContext.SEARCH
        is_used = self._keys.is_used(context, key)
        return is_screen and not is_used and not self.is_waiting()

    def _handler(self, key_action: KeyAction) -> Callable[[KeyPressEvent], None]:
        """The function that prompt_toolkit calls when a key is pressed."""

        def handle(event: KeyPressEvent) -> None:
            pressed = self._pressed(event)
            try:
                self._answer_key(action_of(key_action, pressed), event.app)
            except Exception as error:
                # A bug ends the screen, which gives the terminal back and shows it.
                event.app.exit(exception=error)

        return handle

    def _pressed(self, event: KeyPressEvent) -> Pressed:
        """The key that was pressed, with what its action may depend on."""
        key = event.key_sequence[-1].key
        is_text = len(key) == 1 or key is Keys.BracketedPaste
        most = self._last_scroll(event.app) if self._is_paged() else FAR
        size = event.app.output.get_size()
        page = max(1, room(self.state, size.columns, size.rows) - 1)
        found = partial(page_matches, self.state, size.columns)
        return Pressed(
            event.data if is_text else "",
            page,
            most,
            found,
            diff_columns(self.state, size.columns),
        )

    def _is_paged(self) -> bool:
        return self.state.screen not in (Screen.SPLIT, *LISTS)

    def _last_scroll(self, application: ScreenApplication) -> int:
        size = application.output.get_size()
        return last_scroll(self.state, size.columns, size.rows)

    def _take_mouse(self, region: Region, mouse: Mouse) -> None:
        """Take what the mouse does: a key of the footer, or what it points at."""
        application = get_app()
        if self.is_waiting():
            return
        if region is Region.FOOTER:
            width = application.output.get_size().columns
            if mouse.pointed is Pointed.CLICK:
                self._click_key(key_in_footer(self.state, width, mouse.column))
            return
        is_paged = self._is_paged()
        most = self._last_scroll(application) if is_paged else FAR
        action = self._pointer.action(self.state, region, mouse, most)
        if action is not None and context_of(self.state) is not KeyContext.PROMPT:
            self._answer_key(action, application)

    def _click_key(self, key: str) -> None:
        """Press the key of the footer that was clicked, or say why not."""
        if refused := refused_click(self.state, key):
            self._answer_key(refused, get_app())
        else:
            self._press(key, get_app())

    @staticmethod
    def _press(key: str, application: ScreenApplication) -> None:
        """Press a key of the table, as if it were typed; none where it is empty.

        It is the next one to be taken, before those that were typed meanwhile.
        """
        for part in reversed(key.split()):
            named = {"space": " "}.get(part, KEY_ALIASES.get(part, part))
            pressed = KeyPress(named if len(named) == 1 else Keys(named))
            application.key_processor.feed(pressed, first=True)

    def _collect_garbage(self, _: ScreenApplication) -> None:
        """Collect the cycles that frames leave, often enough to cause no pause.

        Not while a proposal is made: all its objects would be looked at each time.
        """
        self._frames += 1
        is_due = self._frames % _FRAMES_PER_COLLECTION == 0
        if is_due and commit_to_propose(self.state) is None:
            gc.collect()


def _set_patience(application: ScreenApplication, processor: KeyProcessor) -> None:
    """Wait for the second of two keys as long as it takes, unless Escape is the first.

    If the first were forgotten, the second alone would do something else. An Escape has
    been waited for already: what came with it would be here.
    """
    begun = processor.key_buffer
    waits = bool(begun) and begun[0].key is not Keys.Escape
    application.timeoutlen = _DAY if waits else 0.0


def _find_proposal(backend: Backend, state: State, action: Action) -> Sequence[Action]:
    """A report of what is proposed, and the action that needs it."""
    return (find_proposal(backend, state, action), action)


def _try_action(tried: Tried, before: State, action: Action) -> Sequence[Action]:
    """The action, once tried: what it makes of the state is remembered then.

    So is what a preview finds out by composing the new commits, at any width.
    """
    made = reduce(before, action)
    if made.screen is Screen.PREVIEW:
        page_lines(made, WIDE)
    tried.made = before, action, made
    return (action,)
