#if Macros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// Tests of the diagnostics for methods that cannot be exposed.
@Suite struct ExposeDiagnosticsTests {
    /// A method of a struct, with the message and column of its diagnostic, and the result of the fix-it.
    struct Case: Sendable, CustomTestStringConvertible {
        let method: String
        let message: String
        let column: Int
        var remedy: String?
        var fixed: String?

        var testDescription: String { method }
    }

    @Test(arguments: methods + types + names)
    func aMethodThatCannotBeExposedIsDiagnosed(example: Case) {
        let bare = example.method.replacing(#/@Expose(\([^)]*\))? /#, with: "")
        Expansion.expect(
            "@Service\nstruct Store {\n    \(example.method)\n}",
            becomes: """
                struct Store {
                    \(bare)
                }

                extension Store: PosternMacros::ServiceConformance {
                    static var serviceName: Swift::String { "store" }

                    func register(in service: Postern::Service) {}
                }
                """,
            diagnostics: [
                DiagnosticSpec(
                    message: example.message,
                    line: 3,
                    column: example.column,
                    fixIts: example.remedy.map { [FixItSpec(message: $0)] } ?? []
                )
            ],
            fixed: example.fixed.map { "@Service\nstruct Store {\n    \($0)\n}" }
        )
    }

    private static let methods = [
        Case(
            method: "@Expose static func open() {}",
            message: "A static method cannot be exposed: callers reach an instance",
            column: 13,
            remedy: "Remove 'static'",
            fixed: "@Expose func open() {}"
        ),
        Case(
            method: "@Expose private mutating func open() {}",
            message: "A mutating method cannot be exposed: the registered value is immutable; use an actor",
            column: 21,
            remedy: "Remove 'mutating'",
            fixed: "@Expose private func open() {}"
        ),
        Case(
            method: "@Expose func open<Key>(with key: Key) {}",
            message: "A generic method cannot be exposed: a call does not name types",
            column: 22
        ),
        Case(
            method: "@Expose func sum(a: Int, b: Int, c: Int, d: Int, e: Int, f: Int, g: Int, h: Int, i: Int) {}",
            message: "A method takes at most 8 parameters, and not 9: take a struct",
            column: 86
        ),
        Case(
            method: "@Expose func open(door: Int, by caller: CallContext) {}",
            message: "CallContext must be the first parameter",
            column: 45
        ),
        Case(
            method: "@Expose func move(to a: Int, to b: Int) {}",
            message: "Two parameters have the name \"to\": callers cannot distinguish them",
            column: 34
        ),
        Case(
            method: "@Expose var size: Int { 1 }",
            message: "@Expose is for methods, not for a property",
            column: 5
        ),
        Case(
            method: "@Expose init() {}",
            message: "@Expose is for methods, not for an initializer",
            column: 5
        ),
    ]

    private static let types = [
        Case(
            method: "@Expose func open(door: inout Int) {}",
            message: "An inout parameter cannot be exposed: only the result is returned to the caller",
            column: 29
        ),
        Case(
            method: "@Expose func open(on actor: isolated Opener) {}",
            message: "An isolated parameter cannot be exposed: a caller cannot pass an actor",
            column: 33
        ),
        Case(
            method: "@Expose func open(doors: Int...) {}",
            message: "A variadic parameter cannot be exposed: take an array",
            column: 33,
            remedy: "Use '[Int]'",
            fixed: "@Expose func open(doors: [Int]) {}"
        ),
        Case(
            method: "@Expose func open(_: Int) {}",
            message: "The parameter needs a name, by which callers pass its argument",
            column: 23
        ),
        Case(
            method: "@Expose func open(then done: @escaping @Sendable () -> Void) {}",
            message: "A closure cannot be sent: take a Callback",
            column: 34,
            remedy: "Use 'Callback'",
            fixed: "@Expose func open(then done: Callback) {}"
        ),
        Case(
            method: "@Expose func open(then done: (() -> Void)?) {}",
            message: "A closure cannot be sent: take a Callback",
            column: 34,
            remedy: "Use 'Callback'",
            fixed: "@Expose func open(then done: Callback?) {}"
        ),
        Case(
            method: "@Expose func opener() -> () -> Void { {} }",
            message: "A closure cannot be sent: return a Callback",
            column: 30,
            remedy: "Use 'Callback'",
            fixed: "@Expose func opener() -> Callback { {} }"
        ),
        Case(
            method: "@Expose func size() -> (Int, Int) { (1, 2) }",
            message: "A tuple is not Codable: use a Codable struct",
            column: 28
        ),
        Case(
            method: "@Expose func open(doors: [String: any Door]) {}",
            message: "'any Door' is not Codable: name a type that is",
            column: 39
        ),
        Case(
            method: "@Expose func open(door: some Door) {}",
            message: "A generic method cannot be exposed: a call does not name types",
            column: 29
        ),
        Case(
            method: "@Expose func open(door: Any) {}",
            message: "'Any' is not Codable: use Value",
            column: 29,
            remedy: "Use 'Value'",
            fixed: "@Expose func open(door: Value) {}"
        ),
        Case(
            method: "@Expose func open(doors: AsyncStream<Int>) {}",
            message: "A stream cannot be an argument: take a Callback",
            column: 30
        ),
    ]

    private static let names = [
        Case(method: "@Expose(\"\") func open() {}", message: "A name must not be empty", column: 13),
        Case(
            method: "@Expose(\"door/open\") func open() {}",
            message: "A name must hold neither \"/\" nor \".\": \"door/open\"",
            column: 13
        ),
        Case(
            method: "@Expose(\"rpc.open\") func open() {}",
            message: "A name must hold neither \"/\" nor \".\": \"rpc.open\"",
            column: 13
        ),
        Case(
            method: "@Expose(\"$open\") func open() {}",
            message: "A name must not begin with \"_\" or \"$\": \"$open\"",
            column: 13
        ),
        Case(
            method: "@Expose func _open() {}",
            message: "A name must not begin with \"_\" or \"$\": \"_open\"",
            column: 18
        ),
        Case(
            method: "@Expose(\"\(String(repeating: "o", count: 129))\") func open() {}",
            message: "A path has at most 128 bytes, this name alone 129",
            column: 13
        ),
        Case(
            method: "@Expose(name) func open() {}",
            message: "The argument must be a literal: macros see only source text",
            column: 13
        ),
        Case(
            method: "@Expose(isStream: flag) func open() {}",
            message: "The argument must be a literal: macros see only source text",
            column: 23
        ),
    ]
}
#endif
