"""A small `vllm serve`, which answers by the last line that it is asked, from `answers.json`."""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    answers: dict[str, str]
    name = ""

    def do_GET(self) -> None:
        self.reply({"data": [{"id": self.name}]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert asked["model"] == self.name
        text = self.answers[asked["messages"][-1]["content"]]
        self.reply({"choices": [{"message": {"role": "assistant", "content": text}}]})

    def reply(self, value: object) -> None:
        content = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("verb", "model"):
        parser.add_argument(name)
    for name in ("host", "port", "served-model-name"):
        parser.add_argument(f"--{name}", required=True)
    given, _ = parser.parse_known_args()
    with (Path(given.model) / "started").open("a") as file:
        file.write("server\n")
    Handler.answers = json.loads((Path(given.model) / "answers.json").read_text())
    Handler.name = given.served_model_name
    ThreadingHTTPServer((given.host, int(given.port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
