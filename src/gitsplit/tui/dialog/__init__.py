"""The screen as questions and answers: lines said, answers typed, no drawing."""
