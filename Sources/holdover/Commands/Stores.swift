import Adapters
import ArgumentParser
import RotationCore

/// `holdover stores`: what each kind of secret store can do.
struct Stores: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the secret stores that plans may name, and what each can do.",
        discussion: """
            Examples:
              holdover stores
              holdover stores vault
              holdover stores --json
            """)

    @Argument(help: "One kind of store, with every setting that it takes.")
    var type: String?

    @OptionGroup var workspace: Workspace

    func run() throws {
        let all = AdapterRegistry.descriptors.stores
        guard let type else {
            if workspace.json { return try workspace.console.document(all.map(StoreView.init)) }
            var table = Table(header: StoreView.header)
            for store in all { table.add(StoreView(store).cells) }
            return table.lines.forEach(workspace.console.line)
        }
        guard let one = all.first(where: { $0.type == type }) else {
            let known = all.map(\.type).joined(separator: ", ")
            throw Problem(
                .usage, code: "unknown-store", "there is no secret store of type \(safeText(type))",
                state: "nothing was changed", hint: "one of: \(known)")
        }
        if workspace.json { return try workspace.console.document(StoreView(one)) }
        let page = AdapterPage(
            adapter: one, header: StoreView.header, cells: StoreView(one).cells)
        page.lines.forEach(workspace.console.line)
    }
}
