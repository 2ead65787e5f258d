import FoundationEssentials
import SystemPackage

/// The folder with the static page.
package enum PublicFolder {
    /// Returns the path of the folder `public` in the working directory or in a directory above the executable.
    ///
    /// The latter is the root of the package when the program runs from its build directory. `nil` when there is no
    /// folder `public` with an `index.html`.
    package static func find() -> String? {
        let manager = FileManager.default
        // `CommandLine.arguments[0]` may be a name that was looked up in `PATH`.
        let program = (try? manager.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        var folder = URL(filePath: program).deletingLastPathComponent()
        var candidates = [manager.currentDirectoryPath]
        while folder.path != "/", candidates.count < maximumLevels {
            candidates.append(folder.path)
            folder.deleteLastPathComponent()
        }
        return candidates.map { $0 + "/public" }.first { manager.fileExists(atPath: $0 + "/index.html") }
    }

    /// Returns the reason why a folder cannot be opened, or `nil` when it can; a file in it is the reason then.
    static func fault(of folder: String) -> String? {
        do {
            let descriptor = try FileDescriptor.open(FilePath(folder), .readOnly, options: [.directory, .closeOnExec])
            try? descriptor.close()
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// The depth of a build directory below the root of a package, with some reserve.
    private static let maximumLevels = 6
}
