/// The groups of a catalogue's entry page.
struct Catalogue {
    let articles: Set<String>
    let symbols: Set<String>
    /// The symbols that are in more than one group.
    let repeated: [String]

    init(of module: String) {
        self.init(SourceTree.text(of: "Sources/\(module)/Documentation.docc/\(module).md"))
    }

    init(_ page: String) {
        let groups = page.ranges(of: "\n## Topics\n").first.map { page[$0.upperBound...] } ?? ""
        let names = groups.matches(of: /(?m)^- ``(\w+)/).map { String($0.output.1) }
        symbols = Set(names)
        repeated = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
        articles = Set(groups.matches(of: /(?m)^- <doc:(\w+)>/).map { String($0.output.1) })
    }

    /// The public declarations at the top of files: types, macros, functions, constants and aliases.
    ///
    /// Files that exist only with the trait `TLS` are left out: the pages are built without it.
    static func declarations(in files: [SourceFile]) -> Set<String> {
        let pattern =
            /^(?:@\w+(?:\([^)]*\))? )*public (?:[a-z]+(?:\(\w+\))? )*?(?:struct|class|enum|protocol|actor|macro|func|typealias|let|var) (\w+)/
        return Set(
            files.filter { $0.lines.first != "#if TLS" }.flatMap { file in
                file.code.compactMap { $0.prefixMatch(of: pattern).map { String($0.output.1) } }
            }
        )
    }
}
