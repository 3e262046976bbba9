"""Understanding what a person says, and answering: the conversation behind the chat."""

from assistant.dialogue.conversation import BadPress, Conversation, Pressed, Said, press_from
from assistant.dialogue.lines import ChatLine

__all__ = ["BadPress", "ChatLine", "Conversation", "Pressed", "Said", "press_from"]
