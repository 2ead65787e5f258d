import ArgumentParser
import FoundationEssentials

/// The value of `--loops`: a number, or `auto` for one that fits the processors.
package enum LoopCount: Hashable, Sendable, LosslessStringConvertible, ExpressibleByArgument {
    /// So many event loops.
    case number(Int)
    /// As many as the processors that the process may use.
    case auto

    /// Reads a number, or `auto`.
    package init?(_ text: String) {
        if text == "auto" {
            self = .auto
        } else if let number = Int(text) {
            self = .number(number)
        } else {
            return nil
        }
    }

    /// The text on the command line.
    package var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .auto: "auto"
        }
    }

    /// Whether there can be so many.
    var isPossible: Bool {
        if case .number(let number) = self { (1...LoopChoice.maximum).contains(number) } else { true }
    }

    /// The number of loops, and why where it was chosen here.
    var choice: (loops: Int, reason: String) {
        guard case .number(let number) = self else {
            let choice = LoopChoice { path in
                FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
            }
            return (choice.loops, choice.description)
        }
        return (number, "as configured")
    }
}
