"""Somebody on the way between a post and its center."""

import http.client
import http.server
import threading


class Between(http.server.ThreadingHTTPServer):
    """Somebody between a post and its center, who changes what passes."""

    daemon_threads = True

    def __init__(self, upstream):
        super().__init__(("127.0.0.1", 0), Hand)
        self.upstream, self.change = upstream, lambda path, status, body: (status, body)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Hand(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        try:
            upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=70)
            upstream.request(self.command, self.path)
            answer = upstream.getresponse()
            status, body = self.server.change(self.path, answer.status, answer.read())
        except OSError:
            self.close_connection = True
            return
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass
