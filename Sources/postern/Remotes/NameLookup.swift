import ArgumentParser
import Postern
import Synchronization

/// Asks a server for the names of its methods and topics, for the completion of a shell.
enum NameLookup {
    /// The time after which a shell gets no names.
    private static let timeout = 2.0
    /// The options of the connection that a look-up needs too.
    private static let options: Set<String> = [
        "--ca-file", "--header", "--secret-file", "--tls-authority", "--tls-certificate", "--tls-key",
    ]

    /// Returns the names in lists of the description, or none after any failure.
    ///
    /// - Parameters:
    ///   - lists: The names of the lists.
    ///   - words: The words of the command line, which may be incomplete.
    /// - Returns: The names.
    static func names(_ lists: [String], _ words: [String]) async -> [String] {
        guard let remote = try? RemoteOptions.parse(arguments(of: words)) else { return [] }
        let (results, result) = AsyncStream.makeStream(of: [String].self)
        Task {
            let found = Found()
            let request = RemoteRequest("rpc/describe", .positional([]), timeout: .seconds(timeout))
            try? await remote.connection.remote(remote.server)(request, found.receive)
            result.yield(lists.flatMap { names(in: found.description[$0]) })
        }
        // Not every wait of the connection ends with its task, so the program does not wait for that.
        Task {
            try? await Task.sleep(for: .seconds(timeout))
            result.yield([])
        }
        return await results.first { _ in true } ?? []
    }

    /// Returns the arguments for the connection: the first address among the words, and the options that it needs.
    static func arguments(of words: [String]) -> [String] {
        guard let server = words.first(where: { (try? Endpoint(reading: $0)) != nil }) else { return [] }
        let pairs = zip(words, words.dropFirst()).filter { options.contains($0.0) }.flatMap { [$0.0, $0.1] }
        let joined = words.filter { word in options.contains { word.hasPrefix("\($0)=") } }
        return [server, "--timeout", "\(timeout)"] + pairs + joined
    }

    /// Returns the names of a list, in the form with dots.
    ///
    /// Names with characters that a shell interprets are left out.
    static func names(in list: Value?) -> [String] {
        guard case .array(let entries)? = list else { return [] }
        return entries.compactMap { entry in
            guard case .string(let path)? = entry["path"] else { return nil }
            let name = path.replacing("/", with: ".")
            return name.allSatisfy { $0.isLetter || $0.isNumber || "._-".contains($0) } ? name : nil
        }
    }

    /// The description that was received.
    private final class Found: Sendable {
        private let value = Mutex(Value.null)

        var description: Value { value.withLock(\.self) }

        @Sendable func receive(_ event: RemoteEvent) -> Bool {
            if case .result(let description) = event { value.withLock { $0 = description } }
            return false
        }
    }
}
