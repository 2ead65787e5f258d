extension Span<UInt8> {
    /// Returns the number after the first occurrence of a text, of at most 18 digits; `nil` when there is none.
    package func number(after text: [UInt8]) -> Int? {
        guard let start = end(of: text) else { return nil }
        var number: Int?
        for index in start..<Swift.min(count, start + 18) {
            guard self[index] >= UInt8(ascii: "0"), self[index] <= UInt8(ascii: "9") else { break }
            number = (number ?? 0) * 10 + Int(self[index] - UInt8(ascii: "0"))
        }
        return number
    }

    /// Whether a text occurs.
    package func contains(_ text: [UInt8]) -> Bool { end(of: text) != nil }

    /// Returns the index after the first occurrence of a text.
    private func end(of text: [UInt8]) -> Int? {
        guard count >= text.count else { return nil }
        for start in 0...(count - text.count) where self[start] == text[0] && hasText(text, at: start) {
            return start + text.count
        }
        return nil
    }

    private func hasText(_ text: [UInt8], at start: Int) -> Bool {
        for index in text.indices where self[start + index] != text[index] { return false }
        return true
    }
}
