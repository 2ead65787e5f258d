import Synchronization

/// The last line that a program has written to standard error, which mostly says why it ends.
final class LastErrorLine: Sendable {
    /// The characters of a line that an error shows.
    private static let limit = 1_000

    private let line = Mutex<String?>(nil)

    /// The line; `nil` for none that has anything to show.
    var text: String? { line.withLock { $0 } }

    /// Takes a line, unless there is nothing to see of it.
    func note(_ line: String) {
        var shown = String.UnicodeScalarView()
        shown.append(contentsOf: line.unicodeScalars.lazy.filter(Self.isShown).prefix(Self.limit))
        guard shown.contains(where: { !$0.properties.isWhitespace }) else { return }
        self.line.withLock { $0 = String(shown) }
    }

    /// False for what would move the cursor or change colours where the error is printed.
    private static func isShown(_ character: Unicode.Scalar) -> Bool {
        switch character.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
        default: true
        }
    }
}
