#if Macros
import SwiftSyntax

/// What a doc comment says about a declaration and its parameters.
struct DocComment {
    /// The first paragraph, in one line; `nil` without one.
    private(set) var summary: String?
    /// What is said about parameters, by their names.
    private(set) var parameters: [String: String] = [:]

    /// Reads the doc comments among what stands before a declaration.
    init(_ trivia: [Trivia]) {
        var place = Place.summary
        for line in trivia.flatMap(\.pieces).flatMap(Self.lines) { read(line, &place) }
    }

    /// What the line before was about.
    private enum Place {
        case summary, parameterList, parameter(String), elsewhere

        var isAboutParameters: Bool {
            switch self {
            case .parameterList, .parameter: true
            case .summary, .elsewhere: false
            }
        }
    }

    private mutating func read(_ line: Substring, _ place: inout Place) {
        let text = line.drop(while: \.isWhitespace)
        if text.wholeMatch(of: /[-*+] +Parameters: */) != nil {
            place = .parameterList
        } else if let item = text.wholeMatch(of: /[-*+] +Parameter +`?(\w+)`? *: *(.*)/) {
            note(String(item.output.1), item.output.2, &place)
        } else if let item = text.wholeMatch(of: /[-*+] +`?(\w+)`? *: *(.*)/) {
            let isNested = line.startIndex < text.startIndex
            guard isNested, place.isAboutParameters else { return place = .elsewhere }
            note(String(item.output.1), item.output.2, &place)
        } else {
            go(on: text, &place)
        }
    }

    private mutating func note(_ name: String, _ text: Substring, _ place: inout Place) {
        parameters[name] = String(text)
        place = .parameter(name)
    }

    private mutating func go(on text: Substring, _ place: inout Place) {
        switch place {
        case .summary where text.isEmpty: if summary != nil { place = .elsewhere }
        case .summary: summary = summary.map { "\($0) \(text)" } ?? String(text)
        case .parameter where text.isEmpty: place = .parameterList
        case .parameter(let name): parameters[name]? += " \(text)"
        case .parameterList, .elsewhere: break
        }
    }

    private static func lines(of piece: TriviaPiece) -> [Substring] {
        switch piece {
        case .docLineComment(let text): return [withoutMargin(text.dropFirst(3))]
        case .docBlockComment(let text):
            let lines = text.dropFirst(3).dropLast(2).split(separator: "\n", omittingEmptySubsequences: false)
            return lines.map { line in
                let star = line.drop(while: \.isWhitespace)
                return withoutMargin(star.first == "*" ? star.dropFirst() : star)
            }
        default: return []
        }
    }

    /// Without the space after the slashes, and without those at the end.
    private static func withoutMargin(_ line: Substring) -> Substring {
        var line = line.first == " " ? line.dropFirst() : line
        while line.last?.isWhitespace == true { line.removeLast() }
        return line
    }
}

extension DocComment {
    /// Reads the doc comment of a method, above its attributes or below.
    init(of function: FunctionDeclSyntax) {
        self.init(function.triviaAbove)
    }
}

extension FunctionDeclSyntax {
    /// What stands before the method, its attributes and its modifiers.
    var triviaAbove: [Trivia] {
        attributes.map(\.leadingTrivia) + modifiers.map(\.leadingTrivia) + [funcKeyword.leadingTrivia]
    }
}
#endif
