import Glibc
import Testing

@testable import LibWebSockets

/// Tests of the unsent output: order, sizes, and what stays in memory.
@Suite struct HTTPOutputTests {
    /// Both ends of a connection, whose buffers are smaller than a large body.
    private final class Connection {
        let (sender, receiver): (CInt, CInt)

        init() {
            var ends: [CInt] = [0, 0]
            let kind = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
            let status = unsafe socketpair(AF_UNIX, kind, 0, &ends)
            precondition(status == 0, "no pair of sockets")
            (sender, receiver) = (ends[0], ends[1])
        }

        deinit {
            close(sender)
            close(receiver)
        }

        /// Returns the bytes that have been sent and not received.
        func receive() -> [UInt8] {
            var (buffer, all) = ([UInt8](repeating: 0, count: 65_536), [UInt8]())
            while case let count = unsafe read(receiver, &buffer, buffer.count), count > 0 {
                all += buffer.prefix(count)
            }
            return all
        }
    }

    /// Returns a text of many lines, so that a byte in the wrong place is found.
    private func text(_ byteCount: Int) -> [UInt8] {
        Array((0..<byteCount / 4).map { "\($0 % 900 + 100)\n" }.joined().utf8)
    }

    @Test func bodiesOfAllSizesAreSentInOrder() {
        let connection = Connection()
        var (output, expected, received) = (HTTPOutput(), [UInt8](), [UInt8]())
        for size in [40, 3_000_000, 8, 400_000, 100_000, 12, 64] {
            let (head, body) = (Array("head \(size)\n".utf8), text(size))
            output.bytes += head
            output.append(body, isShared: size == 400_000)
            expected += head + body
        }
        #expect(output.count == expected.count)
        while case .waits = output.send(to: connection.sender) {
            received += connection.receive()
            #expect(output.heldCount >= output.count - 400_000)
        }
        received += connection.receive()
        #expect(received == expected)
        #expect(output.isEmpty && output.heldCount == 0)
    }

    @Test func aBodyThatIsPartlySentIsHeldAsAWhole() {
        let connection = Connection()
        var output = HTTPOutput()
        output.append(text(1_000_000), isShared: false)
        guard case .waits = output.send(to: connection.sender) else {
            Issue.record("the socket's buffer has taken all")
            return
        }
        #expect(output.count < 1_000_000)
        #expect(output.heldCount == 1_000_000)
    }

    @Test func aSharedBodyIsNotHeld() {
        var output = HTTPOutput()
        output.bytes += text(40)
        output.append(text(1_000_000), isShared: true)
        #expect(output.heldCount == 40)
        #expect(output.count == 1_000_040)
        output.append(text(100_000), isShared: false)
        #expect(output.heldCount == 100_040)
    }

    @Test func nothingIsSentToAClosedConnection() {
        let connection = Connection()
        shutdown(connection.sender, CInt(SHUT_RDWR))
        var output = HTTPOutput()
        output.append(text(100_000), isShared: false)
        guard case .failed = output.send(to: connection.sender) else {
            Issue.record("output was sent")
            return
        }
    }
}
