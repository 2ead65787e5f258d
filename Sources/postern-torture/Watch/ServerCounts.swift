import FoundationEssentials
import NIOCore

/// The numbers of what a server has under way, by name.
struct ServerCounts: Codable, Hashable, Sendable {
    private(set) var numbers: [String: Int] = [:]

    /// The methods whose results are numbers, or objects with numbers.
    private static let methods = ["probe.status", "jobs.active", "files.active"]
    /// Numbers that only grow, or that are not counts.
    private static let ignored: Set = ["lent", "released"]

    /// Asks a server for its counts.
    ///
    /// - Parameters:
    ///   - address: The address of its JSON doors.
    ///   - log: The log of the gateway, which has its counts at level `trace`.
    /// - Returns: The counts; those that the server does not offer are missing.
    static func ask(_ address: SocketAddress, log: String) async -> ServerCounts {
        var counts = ServerCounts()
        for method in methods {
            guard let connection = try? await RawConnection.open(to: address) else { continue }
            connection.send(RequestText.post(RequestText.call(method), to: "/rpc", "Connection: close"))
            let answer = await connection.take(within: .seconds(5), HTTPAnswer.parse)
            await connection.close()
            if let answer { counts.add(answer.body, of: method) }
        }
        counts.addUnderWay(in: log)
        return counts
    }

    /// Adds the numbers of a JSON-RPC answer.
    mutating func add(_ answer: String, of method: String) {
        let data = Data(answer.utf8)
        let decoder = JSONDecoder()
        if let one = try? decoder.decode(Answer<Int>.self, from: data) {
            numbers[method] = one.result
        } else if let many = try? decoder.decode(Answer<[String: Int]>.self, from: data) {
            numbers["references"] = (many.result["lent"] ?? 0) - (many.result["released"] ?? 0)
            for (name, number) in many.result where !Self.ignored.contains(name) {
                numbers["\(method) \(name)"] = number
            }
        }
    }

    /// Adds the numbers of the last line of a log about what is under way.
    mutating func addUnderWay(in log: String) {
        let line = log.split(separator: "\n").last { $0.contains("under way") }
        for field in line?.split(separator: " ") ?? [] {
            let parts = field.split(separator: "=")
            if parts.count == 2, let number = Int(parts[1]) { numbers["gateway \(parts[0])"] = number }
        }
    }

    /// The counts above those of another time, as text.
    func growth(since start: ServerCounts) -> [String] {
        numbers.filter { $0.value > start.numbers[$0.key, default: 0] }
            .map { "\($0.key) \(start.numbers[$0.key, default: 0]) → \($0.value)" }.sorted()
    }

    private struct Answer<Result: Decodable>: Decodable { let result: Result }
}
