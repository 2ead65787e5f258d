import FoundationEssentials
import SystemPackage

/// Finds the folder with the static page.
package enum PublicFolder {
    /// `public` in the working directory, or in a folder above the program, as it is when a package was built there.
    package static func find() -> String? {
        let manager = FileManager.default
        let program = (try? manager.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        var folder = URL(filePath: program).deletingLastPathComponent()
        var candidates = [manager.currentDirectoryPath]
        while folder.path != "/", candidates.count < maximumLevels {
            candidates.append(folder.path)
            folder.deleteLastPathComponent()
        }
        return candidates.map { $0 + "/public" }.first { manager.fileExists(atPath: $0 + "/index.html") }
    }

    /// Why a folder cannot be read; `nil` where it can, so that one of its files is the reason.
    static func fault(of folder: String) -> String? {
        do {
            let descriptor = try FileDescriptor.open(FilePath(folder), .readOnly, options: [.directory, .closeOnExec])
            try? descriptor.close()
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static let maximumLevels = 6
}
