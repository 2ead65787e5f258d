import Synchronization

/// The last line that a program has written to standard error, which usually is the reason why it ends.
final class LastErrorLine: Sendable {
    /// The maximum number of characters of the line, as it becomes part of an error message.
    private static let limit = 1_000

    private let line = Mutex<String?>(nil)

    /// The line, or `nil` when no line with visible characters was written.
    var text: String? { line.withLock { $0 } }

    /// Stores a line, unless it has no visible characters.
    func note(_ line: String) {
        var shown = String.UnicodeScalarView()
        shown.append(contentsOf: line.unicodeScalars.lazy.filter(Self.isShown).prefix(Self.limit))
        guard shown.contains(where: { !$0.properties.isWhitespace }) else { return }
        self.line.withLock { $0 = String(shown) }
    }

    /// Whether a character is printed as it is; others may move the cursor or change colours in a terminal.
    private static func isShown(_ character: Unicode.Scalar) -> Bool {
        switch character.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
        default: true
        }
    }
}
