"""Files that a server watches."""


def replace(path, text):
    """Replaces the content of a file in one step, or creates it.

    Writing to the file itself would empty it first, which a monitor may see and report as a change of its own.
    """
    new = path.with_name(path.name + ".new")
    new.write_text(text)
    new.replace(path)
