/// An attack: what is sent, for how long, and what must be seen.
struct Attack: Sendable {
    /// The processes that are attacked.
    enum Topology: String, Codable, Sendable {
        /// The services and the doors in one process.
        case inProcess
        /// The gateway, and the services behind it in a process of their own.
        case sidecar
    }

    let name: String
    /// The rows of the table of attacks, such as F2.
    let rows: String
    /// What is sent, for the documentation.
    let summary: String
    var topology = Topology.inProcess
    /// Further options of the server.
    var options: [String] = []
    /// The time that the attack takes at most, in seconds.
    var seconds = 5
    /// The refusals of which at least one must be seen; empty when nothing is to be refused.
    var refusals: [String] = []
    /// The number of descriptors that the server may open; `nil` for that of this process.
    var descriptorLimit: Int?
    /// Whether the short form runs it.
    var isInShortForm = false
    /// The time that it takes in the short form, in seconds; `nil` for the same.
    var shortSeconds: Int?
    /// Whether it measures an overload itself; its process then has the priority of the server.
    var measuresOverload = false
    /// Whether it needs the native door.
    var needsNative = false
    /// Whether the native door asks for a secret.
    var needsSecret = false
    /// Whether the log of the server is a pipe that is not read.
    var blocksLog = false
    /// The method that the victim calls with 1 and 2, and its result.
    var victimCall = (method: "calculator.add", result: "3")
    let run: @Sendable (Attacker) async throws -> Void

    /// The row of the documentation.
    var tableRow: String {
        "| `\(name)` | \(rows) | \(summary) | \(refusals.isEmpty ? "none" : refusals.joined(separator: " or ")) |"
    }

    /// Whether it can be run against a server that was started by others.
    var runsAnywhere: Bool {
        options.isEmpty && topology == .inProcess && descriptorLimit == nil && !needsNative && !blocksLog
    }
}
