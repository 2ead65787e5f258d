#if Macros
import SwiftSyntax

/// The parts of a doc comment that describe a declaration and its parameters.
struct DocComment {
    /// The first paragraph, as one line; `nil` without one.
    private(set) var summary: String?
    /// The descriptions of parameters, by name.
    private(set) var parameters: [String: String] = [:]

    /// Parses the doc comments in the trivia before a declaration.
    init(_ trivia: [Trivia]) {
        var place = Place.summary
        for line in trivia.flatMap(\.pieces).flatMap(Self.lines) { read(line, &place) }
    }

    /// The part of the comment that the previous line belongs to.
    private enum Place {
        case summary, parameterList, parameter(String), elsewhere

        var isAboutParameters: Bool {
            switch self {
            case .parameterList, .parameter: true
            case .summary, .elsewhere: false
            }
        }
    }

    /// Parses one line: the start of a list, an item of one, or more text of the current part.
    private mutating func read(_ line: Substring, _ place: inout Place) {
        let text = line.drop(while: \.isWhitespace)
        if text.wholeMatch(of: /[-*+] +Parameters: */) != nil {
            place = .parameterList
        } else if let item = text.wholeMatch(of: /[-*+] +Parameter +`?(\w+)`? *: *(.*)/) {
            note(String(item.output.1), item.output.2, &place)
        } else if let item = text.wholeMatch(of: /[-*+] +`?(\w+)`? *: *(.*)/) {
            // `- Returns:` looks like the item of a list; only an indented item below `Parameters` describes one.
            let isNested = line.startIndex < text.startIndex
            guard isNested, place.isAboutParameters else { return place = .elsewhere }
            note(String(item.output.1), item.output.2, &place)
        } else {
            append(text, &place)
        }
    }

    private mutating func note(_ name: String, _ text: Substring, _ place: inout Place) {
        parameters[name] = String(text)
        place = .parameter(name)
    }

    /// Appends a line to the current part; an empty line ends it.
    private mutating func append(_ text: Substring, _ place: inout Place) {
        switch place {
        case .summary where text.isEmpty: if summary != nil { place = .elsewhere }
        case .summary: summary = summary.map { "\($0) \(text)" } ?? String(text)
        case .parameter where text.isEmpty: place = .parameterList
        case .parameter(let name): parameters[name]? += " \(text)"
        case .parameterList, .elsewhere: break
        }
    }

    /// Returns the lines of a doc comment without their comment marks.
    private static func lines(of piece: TriviaPiece) -> [Substring] {
        switch piece {
        case .docLineComment(let text): return [withoutMargin(text.dropFirst(3))]
        case .docBlockComment(let text):
            let lines = text.dropFirst(3).dropLast(2).split(separator: "\n", omittingEmptySubsequences: false)
            return lines.map { line in
                // A star at the start of a line in a block comment is decoration.
                let star = line.drop(while: \.isWhitespace)
                return withoutMargin(star.first == "*" ? star.dropFirst() : star)
            }
        default: return []
        }
    }

    /// Returns a line without the space after its comment mark and without trailing white space.
    private static func withoutMargin(_ line: Substring) -> Substring {
        var line = line.first == " " ? line.dropFirst() : line
        while line.last?.isWhitespace == true { line.removeLast() }
        return line
    }
}

extension DocComment {
    /// Parses the doc comment of a method, above its attributes or below them.
    init(of function: FunctionDeclSyntax) {
        self.init(function.triviaAbove)
    }
}

extension FunctionDeclSyntax {
    /// The trivia before the attributes, the modifiers and the keyword of the method.
    var triviaAbove: [Trivia] {
        attributes.map(\.leadingTrivia) + modifiers.map(\.leadingTrivia) + [funcKeyword.leadingTrivia]
    }
}
#endif
