import Postern

/// An error of a call as lines for people.
enum ErrorText {
    /// Returns a line with code, name and message, and a line for each member of the data that says more.
    static func lines(_ error: RemoteError) -> [String] {
        let first = "error \(error.code) \(Printable.text(error.name)): \(Printable.text(error.message))"
        return [first] + details(error.object["data"]) + error.trace.map(Printable.text)
    }

    /// Returns a line with the reason for the failure of a connection, and another when the call may have run.
    static func lines(_ failure: ConnectionFailure) -> [String] {
        let lines = failure.message.split(separator: "\n").map { Printable.text(String($0)) }
        let first = "no connection: \(lines.joined(separator: " "))"
        return failure.isSent ? [first, "executed: unknown"] : [first]
    }

    private static func details(_ data: Value?) -> [String] {
        switch data {
        case nil, .null?: []
        case .map(let members)?: members.filter(isShown).map { line($0.name, $0.value) }
        case let data?: [line("data", data)]
        }
    }

    /// Whether a member says more than the first line does; that a call cannot be repeated is the usual case.
    private static func isShown(_ member: Value.Member) -> Bool {
        member.name != "name" && member != Value.Member("retryable", .bool(false))
    }

    private static func line(_ name: String, _ value: Value) -> String {
        "\(Printable.text(name)): \(Printable.value(value))"
    }
}
