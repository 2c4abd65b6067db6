#!/usr/bin/env python3
"""Asks the readers that people use what a change did to a document.

    Tests/Services/read-documents.py yaml|toml|ini < PAIRS

A line of the input is a JSON object: the document `before` and `after`, the `path` of the value and
the `value` that was written. Whatever a reader takes from `after` must be what it takes from
`before` with this value in this place; every difference is a line of the output, and the last line
says how many documents were compared. Exit status 3: there is no reader for this format.
"""
import configparser, json, sys

NO_READER = 3


def yaml_reader():
    import yaml

    class Loader(yaml.SafeLoader):
        """Tags of others are no matter."""

    Loader.add_multi_constructor("", lambda loader, suffix, node: f"!{suffix}")
    return lambda text: yaml.load(text, Loader=Loader)


def toml_reader():
    import tomllib

    return lambda text: tomllib.loads(text.removeprefix("\ufeff"))


def ini_reader():
    def unquoted(value):
        quoted = value and len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
        return value[1:-1] if quoted else value

    def read(text):
        # Its own default section would hide a section of that name.
        parser = configparser.ConfigParser(
            interpolation=None, allow_no_value=True, inline_comment_prefixes=(";", "#"),
            default_section="\0")
        parser.read_string(text.removeprefix("\ufeff"))
        return {name: {k: unquoted(v) for k, v in parser.items(name)} for name in parser.sections()}

    return read


def put(tree, path, value):
    for step in path[:-1]:
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    tree[int(path[-1]) if isinstance(tree, list) else path[-1]] = value


def main():
    try:
        read = {"yaml": yaml_reader, "toml": toml_reader, "ini": ini_reader}[sys.argv[1]]()
    except ImportError:
        sys.exit(NO_READER)
    compared = 0
    for line in sys.stdin:
        pair = json.loads(line)
        try:
            wanted = read(pair["before"])
        except Exception:
            continue  # It is stricter about something else in the document.
        compared += 1
        try:
            put(wanted, pair["path"], pair["value"])
            found = read(pair["after"])
        except Exception as error:
            found = repr(error)
        if found != wanted:
            print(json.dumps({"pair": pair, "found": found, "wanted": wanted}, default=str))
    print(compared)


main()
