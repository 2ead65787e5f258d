import PosternNIO
import Testing

@testable import PosternPrograms

@Suite struct HealthTests {
    @Test(arguments: [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/readyz"),
        ("http://gateway/", "http://gateway:80/readyz"),
        ("http://[::1]:9/livez", "http://[::1]:9/livez"),
        ("unix:/run/http.sock", "unix:/run/http.sock"),
        ("https://h", "https://h:443/readyz"),
        ("https://h:8443/livez", "https://h:8443/livez"),
    ])
    func aTargetIsParsed(text: String, description: String) throws {
        #expect(try #require(HealthTarget(text)).description == description)
    }

    @Test(arguments: [
        "", "127.0.0.1:8080", "ftp://h/", "ws://h/", "wss://h/", "http://", "http://h:0/", "http://h:99999/",
        "http://u@h/",
        "http://h/?a", "unix:", "tcp:h:1",
    ])
    func otherTextIsNoTarget(text: String) { #expect(HealthTarget(text) == nil) }

    @Test(arguments: [
        ("tcp:0.0.0.0:80", "http://127.0.0.1:80/readyz"),
        ("tcp:[::]:80", "http://[::1]:80/readyz"),
        ("tcp:10.0.0.5:80", "http://10.0.0.5:80/readyz"),
        ("unix:/run/http.sock", "unix:/run/http.sock"),
    ])
    func theTargetIsDerivedFromTheListeningAddress(address: String, description: String) throws {
        let address = try #require(Address(address))
        #expect(HealthTarget(listeningAt: address)?.description == description)
    }

    @Test func aPortThatTheSystemChoosesHasNoTarget() {
        #expect(HealthTarget(listeningAt: .tcp(host: "127.0.0.1", port: 0)) == nil)
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\n\r\nok\n", HealthAnswer.ready),
        ("HTTP/1.0 200\r\n\r\n", .ready),
        ("HTTP/1.1 503 Service Unavailable\r\nA: b\r\n\r\ndraining\n", .notReady(status: 503, reason: "draining")),
        ("HTTP/1.1 404 Not Found\r\n", .notReady(status: 404, reason: "")),
        ("HTTP/1.1 500 Oops\r\n\r\n\u{1b}[2J\nmore", .notReady(status: 500, reason: "\\u{1b}[2J")),
        ("", .missing),
        ("HTTP/1.1", .notHTTP), ("HTTP/1.1 2000 OK\r\n\r\n", .notHTTP), ("SSH-2.0-x\r\n", .notHTTP), ("\0", .notHTTP),
    ])
    func anAnswerIsRead(text: String, answer: HealthAnswer) { #expect(HealthAnswer(Array(text.utf8)) == answer) }

    @Test(arguments: [
        (HealthAnswer.ready, "ready: unix:/s answered 200", 0),
        (.notReady(status: 503, reason: "draining"), "not ready: draining (unix:/s answered 503)", 1),
        (.notHTTP, "not ready: what listens at unix:/s does not speak HTTP", 1),
        (.missing, "no connection: unix:/s did not answer", 69),
    ])
    func anAnswerIsReported(answer: HealthAnswer, line: String, code: Int32) throws {
        let report = answer.report(try #require(HealthTarget("unix:/s")))
        #expect(report == (line, code))
    }
}
