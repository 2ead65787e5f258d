import FoundationEssentials
import NIOCore

/// The numbers of what a server has under way, by name.
struct ServerCounts: Codable, Hashable, Sendable {
    private(set) var numbers: [String: Int] = [:]
    /// The sources that have not supplied their numbers: methods, and `log`.
    private(set) var unknown: [String] = []

    /// The methods whose results are numbers, or objects with numbers.
    static let methods = ["rpc.status", "probe.status", "jobs.active", "files.active"]
    /// Numbers that only grow, or that are not counts.
    private static let ignored: Set = ["lent", "released"]
    /// The numbers of `rpc.status` that must be back; the others are settings, sums since the start, or the greatest.
    private static let status = [
        "memory": ["held", "holders"], "addresses": ["connected"],
        "counts": ["calls", "waitingCalls", "webSockets", "eventStreams", "topics", "callsToClients"],
    ]

    /// Asks a server for its counts.
    ///
    /// - Parameters:
    ///   - address: The address of its JSON doors.
    ///   - log: The log of the gateway, which has its counts at level `trace`.
    /// - Returns: The counts; the sources of those that the server does not offer are ``unknown``.
    static func ask(_ address: SocketAddress, log: String) async -> ServerCounts {
        var counts = ServerCounts()
        for method in methods {
            var answer: HTTPAnswer?
            if let connection = try? await RawConnection.open(to: address) {
                connection.send(RequestText.post(RequestText.call(method), to: "/rpc", "Connection: close"))
                answer = await connection.take(within: .seconds(3), HTTPAnswer.parse)
                await connection.close()
            }
            counts.add(answer?.body ?? "", of: method)
        }
        counts.addUnderWay(in: log)
        return counts
    }

    /// Adds the numbers of a JSON-RPC answer.
    mutating func add(_ answer: String, of method: String) {
        let data = Data(answer.utf8)
        let decoder = JSONDecoder()
        if method == "rpc.status" {
            addStatus(try? decoder.decode(Answer<Status>.self, from: data).result)
        } else if let one = try? decoder.decode(Answer<Int>.self, from: data) {
            numbers[method] = one.result
        } else if let many = try? decoder.decode(Answer<[String: Int]>.self, from: data) {
            numbers["references"] = (many.result["lent"] ?? 0) - (many.result["released"] ?? 0)
            for (name, number) in many.result where !Self.ignored.contains(name) {
                numbers["\(method) \(name)"] = number
            }
        } else {
            unknown.append(method)
        }
    }

    private mutating func addStatus(_ status: Status?) {
        guard let status else { return unknown.append("rpc.status") }
        let objects = ["memory": status.memory, "addresses": status.addresses, "counts": status.counts]
        for (object, names) in Self.status {
            for name in names {
                numbers["\(object) \(name)"] = objects[object]?[name]?.number
                if numbers["\(object) \(name)"] == nil { unknown.append("rpc.status \(object) \(name)") }
            }
        }
    }

    /// Adds the numbers of the last line of a log about what is under way.
    mutating func addUnderWay(in log: String) {
        guard let line = log.split(separator: "\n").last(where: { $0.contains("under way") }) else {
            return unknown.append("log")
        }
        for field in line.split(separator: " ") {
            let parts = field.split(separator: "=")
            if parts.count == 2, let number = Int(parts[1]) { numbers["gateway \(parts[0])"] = number }
        }
    }

    /// Whether the log, which is written a moment later, has the same connections as `rpc.status`.
    var isCurrent: Bool {
        guard let logged = numbers["gateway sessions"] else { return true }
        return logged == numbers["counts webSockets"]
    }

    /// The counts that are not known to be back at those of another time, as text.
    ///
    /// A number that is missing now may be any: the server has not answered.
    func growth(since start: ServerCounts) -> [String] {
        let grown = numbers.filter { $0.value > start.numbers[$0.key, default: 0] }
            .map { "\($0.key) \(start.numbers[$0.key, default: 0]) → \($0.value)" }
        let missing = start.numbers.filter { numbers[$0.key] == nil }.map { "\($0.key) \($0.value) → unknown" }
        return (grown + missing).sorted()
    }

    private struct Answer<Result: Decodable>: Decodable { let result: Result }

    private struct Status: Decodable {
        let memory: [String: Member]
        let addresses: [String: Member]
        let counts: [String: Member]
    }

    /// A member of an object of `rpc.status`, which may be of any type.
    private struct Member: Decodable {
        let number: Int?

        init(from decoder: any Decoder) throws { number = try? decoder.singleValueContainer().decode(Int.self) }
    }
}
