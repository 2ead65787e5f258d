import NIOCore
import Testing

@testable import postern_torture

/// The parts of the program that read text and bytes.
@Suite struct ParsingTests {
    @Test func linesAreCountedByCause() {
        let start = "2026-01-31T12:00:00.000Z notice a: client refused cause=origin host=x\n"
        let end =
            start + """
                2026-01-31T12:00:01.000Z notice a: client refused address=127.0.0.1 cause="status 403" host=y
                2026-01-31T12:00:01.000Z notice a: client refused cause="status 421" host=z
                2026-01-31T12:00:01.000Z trace a: under way calls=1
                2026-01-31T12:00:01.000Z trace a: under way calls=1
                2026-01-31T12:00:01.000Z trace a: under way calls=1
                2026-01-31T12:00:01.000Z notice a: client refused cause="status 421" host=z
                """
        let greatest = LogCauses(end).greatest(since: LogCauses(start))
        #expect((greatest.cause, greatest.lines, greatest.worst) == ("client refused status 421", 2, 2))
    }

    @Test func theWorstSecondIsFound() {
        let lines = [0, 10, 10.4, 10.999, 11, 11.5].map { seconds in
            let time = (seconds < 10 ? "0" : "") + "\(seconds)"
            return "2026-01-31T12:00:\(time.count > 4 ? time : time + "00")Z notice a: client refused cause=origin\n"
        }
        let rate = LogCauses(lines.joined()).greatest(since: LogCauses(""))
        #expect((rate.lines, rate.worst, rate.seconds) == (6, 3, 11.5))
        #expect(LogCauses("").greatest(since: LogCauses("")) == LogRate())
    }

    @Test func countsAreReadFromAnswersAndLogs() {
        var start = ServerCounts()
        start.add(#"{"jsonrpc":"2.0","id":1,"result":2}"#, of: "jobs.active")
        var end = start
        end.add(#"{"jsonrpc":"2.0","id":1,"result":3}"#, of: "jobs.active")
        end.add(#"{"jsonrpc":"2.0","id":1,"result":{"lent":9,"released":4,"streams":1}}"#, of: "probe.status")
        end.addUnderWay(in: "x\nt trace a: under way calls=7 held=0\nt trace a: under way calls=1 held=0\n")
        #expect(
            end.growth(since: start) == [
                "gateway calls 0 → 1", "jobs.active 2 → 3", "probe.status streams 0 → 1", "references 0 → 5",
            ]
        )
        #expect(end.growth(since: end) == [])
    }

    /// A server that answers no more may have any number under way.
    @Test func whatIsNotKnownAnyMoreRemains() {
        var start = ServerCounts()
        start.add(#"{"jsonrpc":"2.0","id":1,"result":2}"#, of: "jobs.active")
        var end = ServerCounts()
        end.add("", of: "jobs.active")
        end.addUnderWay(in: "")
        #expect(end.growth(since: start) == ["jobs.active 2 → unknown"])
        #expect(end.unknown == ["jobs.active", "log"])
    }

    @Test func theStatusHasTheMemoryThatIsHeld() {
        func counts(_ held: Int) -> ServerCounts {
            var counts = ServerCounts()
            counts.add(
                """
                {"jsonrpc":"2.0","id":1,"result":{"memory":{"budget":9,"held":\(held),"holders":1,"by":[]},
                "addresses":{"connected":0,"refused":7},"incidents":[{"kind":"a","count":9}],"counts":{"calls":1,
                "waitingCalls":0,"webSockets":1,"eventStreams":0,"topics":0,"callsToClients":0}}}
                """,
                of: "rpc.status"
            )
            return counts
        }
        #expect(counts(65_536).growth(since: counts(0)) == ["memory held 0 → 65536"])
        #expect(counts(0).unknown == [])
        var behind = counts(0)
        behind.addUnderWay(in: "t trace a: under way sessions=0")
        #expect(counts(0).isCurrent && !behind.isCurrent)
        behind.addUnderWay(in: "t trace a: under way sessions=1")
        #expect(behind.isCurrent)
        #expect(counts(0).numbers.count == 9)
        var other = ServerCounts()
        other.add(#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":""}}"#, of: "rpc.status")
        #expect(other.unknown == ["rpc.status"])
        #expect(other.growth(since: counts(0)).contains("memory held 0 → unknown"))
        var less = ServerCounts()
        let empty = #"{"jsonrpc":"2.0","id":1,"result":{"memory":{},"addresses":{},"counts":{}}}"#
        less.add(empty, of: "rpc.status")
        #expect(less.unknown.contains("rpc.status memory held"))
    }

    @Test(arguments: [
        (#"{"error":{"code":-32009}}"#, [-32009]), (#"[{"code":1},{"code": 2},{"code":-32011,"#, [1, -32011]), ("", []),
    ])
    func codesAreFound(json: String, codes: [Int]) { #expect(ErrorCodes.all(in: Array(json.utf8)) == codes) }

    @Test(arguments: [
        ("anon 4096\nfile 8192\n", 4096), ("cache 1\nrss 5\ntotal_rss 7\n", 7), ("rss 5\n", 5), ("", nil),
    ])
    func theMemoryOfAGroupIsRead(text: String, bytes: Int?) { #expect(ControlGroupMemory.anonymous(in: text) == bytes) }

    @Test(arguments: [0, 125, 126, 65_535, 65_536])
    func framesAreReadAsTheyAreWritten(size: Int) {
        let frame = ClientFrame(opcode: .binary, payload: [UInt8](repeating: 7, count: size), isMasked: false)
        for cut in [0, 1, 2, frame.bytes.count - 1] where cut < frame.bytes.count {
            var part = ByteBuffer(bytes: frame.bytes.prefix(cut))
            #expect(ServerFrame.parse(&part) == nil)
        }
        var input = ByteBuffer(bytes: frame.bytes + [1])
        #expect(ServerFrame.parse(&input)?.payload == frame.payload)
        #expect(input.readableBytes == 1)
    }

    @Test func anAnswerIsReadWithItsBody() {
        var part = ByteBuffer(string: "HTTP/1.1 403 Forbidden\r\ncontent-length: 4\r\n\r\nnon")
        #expect(HTTPAnswer.parse(&part) == nil)
        var input = ByteBuffer(string: "HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nnonoHTTP")
        let answer = HTTPAnswer.parse(&input)
        #expect(answer?.status == 403)
        #expect(answer?.body == "nono")
        #expect(input.readableBytes == 4)
    }

    @Test(arguments: ["127.0.0.1", "127.0.0.1:x", "name:80", "127.0.0.1:99999", ""])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(throws: TortureFailure.self) { try Target.address(text) }
    }

    @Test func theSeedDeterminesTheNumbers() {
        var (one, other, third) = (SeededRandom(seed: 7), SeededRandom(seed: 7), SeededRandom(seed: 8))
        let numbers = (0..<100).map { _ in one.next() }
        #expect(numbers == (0..<100).map { _ in other.next() })
        #expect(numbers != (0..<100).map { _ in third.next() })
        #expect(Set(numbers).count == 100)
    }
}
