"""The pages of the process: flow chart, text policy, editing, a second person, versions."""
