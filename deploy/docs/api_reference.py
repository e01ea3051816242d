#!/usr/bin/python3
"""Writes one HTML page about the contract from the comments of its protos.

    api_reference.py PROTO_FOLDER OUT.html

Needs protoc and python3-protobuf. What has no comment is an error, so that the page is whole.
"""
import html
import pathlib
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

FIELD, SERVICE, METHOD = descriptor_pb2.FieldDescriptorProto, 6, 2
SCALARS = {
    FIELD.TYPE_DOUBLE: "double", FIELD.TYPE_FLOAT: "float", FIELD.TYPE_INT64: "int64", FIELD.TYPE_UINT64: "uint64",
    FIELD.TYPE_INT32: "int32", FIELD.TYPE_FIXED64: "fixed64", FIELD.TYPE_FIXED32: "fixed32", FIELD.TYPE_BOOL: "bool",
    FIELD.TYPE_STRING: "string", FIELD.TYPE_BYTES: "bytes", FIELD.TYPE_UINT32: "uint32", FIELD.TYPE_SFIXED32: "sfixed32",
    FIELD.TYPE_SFIXED64: "sfixed64", FIELD.TYPE_SINT32: "sint32", FIELD.TYPE_SINT64: "sint64",
}
STYLE = """body{font:15px/1.5 sans-serif;max-width:62em;margin:2em auto;padding:0 1em}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.2em .5em;text-align:left;vertical-align:top}
code{background:#f3f3f3}h2{margin-top:2em}h3{margin-top:1.6em}"""


def read_files(folder):
    paths = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.proto"))
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["protoc", f"-I{folder}", "--include_source_info", f"--descriptor_set_out={out.name}", *paths],
                       check=True)
        return descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(out.name).read_bytes()).file


class Page:
    def __init__(self):
        self.lines = []
        self.bare = []
        self.comments = {}
        self.messages = {}

    def add(self, line):
        self.lines.append(line)

    def comment(self, path, name):
        text = self.comments.get(tuple(path), "").strip()
        if not text:
            self.bare.append(name)
        return text

    def paragraphs(self, text):
        for paragraph in text.split("\n\n"):
            self.add(f"<p>{html.escape(' '.join(paragraph.split()))}</p>")

    def type_of(self, field):
        if field.type not in SCALARS:
            name = field.type_name.lstrip(".")
            entry = self.messages.get(name)
            if entry is not None and entry.options.map_entry:
                return f"map&lt;{self.type_of(entry.field[0])}, {self.type_of(entry.field[1])}&gt;"
            text = self.link(name)
        else:
            text = SCALARS[field.type]
        return f"repeated {text}" if field.label == FIELD.LABEL_REPEATED else text

    @staticmethod
    def link(name):
        name = name.lstrip(".")
        short = name.rsplit(".", 1)[-1]
        return f'<a href="#{name}">{short}</a>' if name.startswith("jixiao.") else html.escape(name)

    def put_service(self, package, service, path):
        full = f"{package}.{service.name}"
        self.add(f'<h3 id="{full}">service {service.name}</h3>')
        self.paragraphs(self.comment(path, full))
        for i, method in enumerate(service.method):
            streams = ("stream " * method.client_streaming, "stream " * method.server_streaming)
            self.add(f'<h4 id="{full}.{method.name}"><code>{method.name}</code>({streams[0]}{self.link(method.input_type)})'
                     f" → {streams[1]}{self.link(method.output_type)}</h4>")
            self.paragraphs(self.comment([*path, METHOD, i], f"{full}.{method.name}"))

    def put_message(self, prefix, message, path):
        if message.options.map_entry:
            return
        full = f"{prefix}.{message.name}"
        self.add(f'<h4 id="{full}">{message.name}</h4>')
        self.paragraphs(self.comment(path, full))
        if message.field:
            self.add("<table><tr><th>field</th><th>type</th><th>number</th><th>meaning</th></tr>")
        for i, field in enumerate(message.field):
            meaning = html.escape(" ".join(self.comment([*path, 2, i], f"{full}.{field.name}").split()))
            self.add(f"<tr><td><code>{field.name}</code></td><td>{self.type_of(field)}</td><td>{field.number}</td>"
                     f"<td>{meaning}</td></tr>")
        if message.field:
            self.add("</table>")
        for i, nested in enumerate(message.nested_type):
            self.put_message(full, nested, [*path, 3, i])
        for i, nested in enumerate(message.enum_type):
            self.put_enum(full, nested, [*path, 4, i])

    def put_enum(self, prefix, enum, path):
        full = f"{prefix}.{enum.name}"
        self.add(f'<h4 id="{full}">enum {enum.name}</h4>')
        self.paragraphs(self.comment(path, full))
        self.add("<table><tr><th>value</th><th>number</th><th>meaning</th></tr>")
        for i, value in enumerate(enum.value):
            meaning = html.escape(" ".join(self.comment([*path, 2, i], f"{full}.{value.name}").split()))
            self.add(f"<tr><td><code>{value.name}</code></td><td>{value.number}</td><td>{meaning}</td></tr>")
        self.add("</table>")

    def know(self, prefix, message):
        full = f"{prefix}.{message.name}"
        self.messages[full] = message
        for nested in message.nested_type:
            self.know(full, nested)

    def put_file(self, file):
        self.comments = {tuple(at.path): at.leading_comments for at in file.source_code_info.location}
        self.add(f"<h2>{file.name}</h2>")
        for i, service in enumerate(file.service):
            self.put_service(file.package, service, [SERVICE, i])
        for i, message in enumerate(file.message_type):
            self.put_message(file.package, message, [4, i])
        for i, enum in enumerate(file.enum_type):
            self.put_enum(file.package, enum, [5, i])


def main():
    folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    files = [file for file in read_files(folder) if file.package.startswith("jixiao.")]
    page = Page()
    for file in files:
        for message in file.message_type:
            page.know(file.package, message)
    page.add(f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Jixiao API</title><style>{STYLE}</style><h1>Jixiao API</h1><ul>')
    for file in files:
        for service in file.service:
            page.add(f"<li>{page.link(file.package + '.' + service.name)}: "
                     + ", ".join(f'<a href="#{file.package}.{service.name}.{m.name}">{m.name}</a>' for m in service.method) + "</li>")
    page.add("</ul>")
    for file in files:
        page.put_file(file)
    if page.bare:
        sys.exit("without a comment: " + ", ".join(page.bare))
    out.write_text("\n".join(page.lines) + "</html>\n", encoding="utf-8")


if __name__ == "__main__":
    main()
