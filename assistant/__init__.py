"""The assistant: knows a person's situation, decides what to say, walks along through what has to be done."""
