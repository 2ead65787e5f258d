import Postern
import PosternPrograms
import Synchronization

/// Prints the answer of a call: results on standard output, what accompanies them on standard error.
final class AnswerPrinter: Sendable {
    /// Returns the lines for a result or an item of a stream.
    typealias Rendering = @Sendable (Value) -> [String]

    private let style: AnswerStyle
    private let limit: Int?
    private let result: Rendering
    private let item: Rendering
    private let hint: @Sendable (RemoteError) -> String?
    private let state = Mutex(State())

    private struct State {
        var items = 0
        /// Whether the last line of the terminal shows progress, which the next line replaces.
        var showsProgress = false
    }

    /// Creates a printer.
    ///
    /// - Parameters:
    ///   - style: The form of lines, and the choice of what is printed.
    ///   - limit: The number of items after which a stream ends; `nil` for no limit.
    ///   - result: Returns the lines for a result; by default its JSON, indented on a terminal.
    ///   - item: Returns the lines for an item of a stream; by default its JSON on one line.
    ///   - hint: Returns a remark on an error, or `nil` for none.
    init(
        _ style: AnswerStyle,
        limit: Int? = nil,
        result: @escaping Rendering = { [Output.isTerminal ? PrettyJSON.text($0) : PrettyJSON.line($0)] },
        item: @escaping Rendering = { [PrettyJSON.line($0)] },
        hint: @escaping @Sendable (RemoteError) -> String? = { _ in nil }
    ) {
        self.style = style
        self.limit = limit
        self.result = result
        self.item = item
        self.hint = hint
    }

    /// Prints a part of the answer, and returns `false` when no other is wanted or the output is closed.
    func print(_ event: RemoteEvent) -> Bool {
        switch event {
        case .result(let value):
            if write(style.jsonResult(value) ?? result(value)), limit != nil {
                Output.error("\(Setting.named("count")) has no effect: the answer is no stream")
            }
            return false
        case .item(let value):
            guard write(style.json("item", value) ?? item(value)) else { return false }
            return state.withLock { state in
                state.items += 1
                return state.items != limit
            }
        case .gap(let value): return note("gap \(PrettyJSON.line(value))", style.json("gap", value))
        case .progress(let value):
            if let lines = style.json("progress", value) { return write(lines) }
            showProgress(value)
            return true
        }
    }

    /// Prints the error of a call, and returns the exit code.
    func printError(_ error: RemoteError) -> Int32 {
        let code = error.isTimeout ? ProgramExit.timeout : ProgramExit.failure
        let remark = hint(error).map { ["hint: \($0)"] } ?? []
        return fail(ErrorText.lines(error) + remark, error.object, code)
    }

    /// Prints the failure of a connection, and returns the exit code.
    func printFailure(_ failure: ConnectionFailure) -> Int32 {
        let error = CallError(.unavailable, failure.message, executed: failure.isSent ? .unknown : .no)
        return fail(ErrorText.lines(failure), RemoteError(error).object, ProgramExit.noConnection)
    }

    /// Removes progress from the terminal.
    func clear() {
        let isShown = state.withLock { state in
            defer { state.showsProgress = false }
            return state.showsProgress
        }
        if isShown { Output.errorText(Self.clearing) }
    }

    private func fail(_ lines: [String], _ error: Value, _ code: Int32) -> Int32 {
        if let json = style.json("error", error) {
            _ = write(json)
        } else {
            clear()
            for line in lines { Output.error(line) }
        }
        return code
    }

    private func note(_ line: String, _ json: [String]?) -> Bool {
        if let json { return write(json) }
        clear()
        Output.error(line)
        return true
    }

    private func write(_ lines: [String]) -> Bool {
        clear()
        return lines.allSatisfy { Output.line($0) }
    }

    /// Shows progress in place on a terminal, and on a line of its own elsewhere.
    private func showProgress(_ value: Value) {
        let text = "progress \(TaskText.percentage(value) ?? TaskText.shown(value))"
        guard Output.isErrorTerminal else { return Output.error(text) }
        state.withLock { $0.showsProgress = true }
        Output.errorText(Self.clearing + text)
    }

    /// Moves to the beginning of the line and erases it.
    private static let clearing = "\r\u{1b}[K"
}

/// The form of an answer on the outputs.
struct AnswerStyle: Hashable, Sendable {
    /// Whether everything is printed as JSON objects on standard output, one a line.
    var isJSON = false
    /// Whether a result is printed by itself, and only the rest in objects.
    var hasBareResult = false

    /// Returns the line with the object of a result, or `nil` when results are printed by themselves.
    func jsonResult(_ value: Value) -> [String]? { hasBareResult ? nil : json("result", value) }

    /// Returns the line with an object of one member, or `nil` when the style is text.
    func json(_ name: String, _ value: Value) -> [String]? {
        isJSON ? [PrettyJSON.line(.map([Value.Member(name, value)]))] : nil
    }
}
