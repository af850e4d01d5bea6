"""Where keys are pressed, in the sets that rows of the table name; and its headings."""

from gitsplit.tui.key_rows import KeyContext

SERIES = frozenset({KeyContext.SERIES})
SPLIT = frozenset({KeyContext.SPLIT})
MESSAGES = frozenset({KeyContext.MESSAGES})
PREVIEW = frozenset({KeyContext.PREVIEW})
HELP = frozenset({KeyContext.HELP})
ORIGINAL = frozenset({KeyContext.ORIGINAL})
PROMPT = frozenset({KeyContext.PROMPT})
LOOK = frozenset({KeyContext.LOOK})
NUMBER = frozenset({KeyContext.NUMBER})
SEARCH = frozenset({KeyContext.SEARCH})
BOARD = frozenset({KeyContext.BOARD})
STEPS = frozenset({KeyContext.STEPS})
COMMANDS = frozenset({KeyContext.COMMANDS})
SENDING = SPLIT | BOARD
COMMITS = SPLIT | {KeyContext.COMMIT}
WORDS = COMMITS | MESSAGES
ORDERED = SERIES | SPLIT
LISTED = SERIES | MESSAGES | STEPS
PAGES = PREVIEW | HELP | ORIGINAL | COMMANDS | {KeyContext.COMMIT}
NUMBERED = PREVIEW | {KeyContext.COMMIT}
SCREENS = LISTED | SENDING | PAGES
WORKING = SCREENS - HELP
EVERYWHERE = frozenset(KeyContext)

ABOUT_SERIES = "The series"
ABOUT_HUNKS = "Which commit is this hunk for?"
SELECTING = "Selecting"
ABOUT_COMMITS = "The new commits"
ABOUT_MESSAGES = "The messages"
MOVING = "Moving around"
READING = "Reading the diff"
SEARCHING = "Searching"
LOOKING = "Preview, apply, quit"
ON_PAGES = "On the other screens"
NUMBERS = "A number of two digits"
TYPING = "In a prompt"
