import Adapters
import ArgumentParser
import RotationCore

/// `holdover servers`: what each kind of authorization server can do.
struct Servers: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the authorization servers that plans may name, and what each can do.",
        discussion: """
            Examples:
              holdover servers
              holdover servers entra
              holdover servers --json
            """)

    @Argument(help: "One kind of server, with every setting that it takes.")
    var type: String?

    @OptionGroup var workspace: Workspace

    func run() throws {
        let all = AdapterRegistry.descriptors.servers
        guard let type else {
            if workspace.json { return try workspace.console.document(all.map(ServerView.init)) }
            return Self.table(of: all).lines.forEach(workspace.console.line)
        }
        guard let one = all.first(where: { $0.type == type }) else {
            let known = all.map(\.type).joined(separator: ", ")
            throw Problem(
                .usage, code: "unknown-server",
                "there is no authorization server of type \(safeText(type))",
                state: "nothing was changed", hint: "one of: \(known)")
        }
        if workspace.json { return try workspace.console.document(ServerView(one)) }
        show(one)
    }

    static func table(of servers: [AdapterDescriptor]) -> Table {
        var table = Table(header: ServerView.header)
        for server in servers { table.add(ServerView(server).cells) }
        return table
    }

    private func show(_ server: AdapterDescriptor) {
        let page = AdapterPage(
            adapter: server, header: ServerView.header, cells: ServerView(server).cells)
        page.lines.forEach(workspace.console.line)
    }
}
