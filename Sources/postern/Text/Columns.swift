/// Rows as aligned columns.
enum Columns {
    private static let maximumWidth = 40

    /// Returns an indented line for each row; a cell wider than 40 characters does not widen its column.
    static func lines(_ rows: [[String]]) -> [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.compactMap { $0.indices.contains(column) ? min($0[column].count, maximumWidth) : nil }.max() ?? 0
        }
        return rows.map { row in
            let cells = zip(row, widths).filter { $0.1 > 0 }.map { cell, width in
                cell.padded(to: width)
            }
            return TaskText.trimmed("  " + cells.joined(separator: "  "))
        }
    }
}

extension String {
    /// Returns text with spaces behind or in front of it, up to a number of characters.
    func padded(to width: Int, atStart: Bool = false) -> String {
        let padding = String(repeating: " ", count: max(0, width - count))
        return atStart ? padding + self : self + padding
    }
}
