import ts from 'typescript'
import { type Complaint, complain, type Source, type SourceCheck, walk } from './source.ts'

interface Still {
  /** Global names, or members of them, as they are written. */
  readonly names: readonly string[]
  /** The files that may use them. */
  readonly except: RegExp
  readonly why: string
}

const edges = /^src\/(main\.ts|library(?:-provision)?\.ts|cli\/)/
const planes = 'zone|denial|signer|response|query'

/** The globals that would make a run unrepeatable, each with the files that may touch it. */
const stills: readonly Still[] = [
  {
    names: ['Date.now', 'performance', 'process.hrtime'],
    except: /^src\/(main\.ts|library(?:-provision)?\.ts|cli\/|base\/clock\.ts$)/,
    why: 'time is a parameter (base/clock.ts)',
  },
  {
    names: ['Date'],
    except: new RegExp(`^src/(?!(${planes})/)`),
    why: 'the data plane counts in UnixSeconds',
  },
  {
    names: ['Math.random', 'crypto'],
    except: edges,
    why: 'randomness is a parameter',
  },
  {
    names: ['process'],
    except: edges,
    why: 'only main and the commands know the process',
  },
  {
    names: ['console'],
    except: /^(?!src\/)/,
    why: 'what is said is returned or written to a stream that was passed in',
  },
  {
    names: ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
    except: /^src\/(main\.ts|cli\/|server\/|base\/timers\.ts$)/,
    why: 'timers are a parameter (base/timers.ts); turns of the loop are the business of sockets',
  },
  {
    names: ['fetch', 'WebSocket', 'Worker'],
    except: /^(?!src\/)/,
    why: 'sockets have homes',
  },
  {
    names: ['Promise', 'Atomics', 'SharedArrayBuffer'],
    except: new RegExp(`^src/(?!(${planes})/)`),
    why: 'the data plane is synchronous',
  },
]

/** The names that rooms without sockets may import from `node:net`: they judge texts. */
const addressJudges = new Set(['isIP', 'isIPv4', 'isIPv6', 'BlockList'])
const socketRooms = /^src\/(server|control|stub|smtp|https|policy|transfer|api|world|post)\//
const dataPlane = new RegExp(`^src/(${planes})/`)

/** The global that an identifier stands for, with its member if it has one; '' if it is local. */
function globalName(node: ts.Identifier): string {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) {
    if (parent.name === node) return ''
    return `${node.text}.${parent.name.text}`
  }
  const isName = (parent as Partial<ts.NamedDeclaration>).name === node
  const isType = ts.isTypeReferenceNode(parent) || ts.isImportSpecifier(parent)
  return isName || isType ? '' : node.text
}

function checkGlobals(source: Source, node: ts.Identifier): Complaint | undefined {
  const name = globalName(node)
  for (const { names, except, why } of stills) {
    const found = names.find((still) => name === still || name.startsWith(`${still}.`))
    if (found !== undefined && !except.test(source.path)) {
      return complain(source, node, `Do not use ${found} here: ${why}`)
    }
  }
  return undefined
}

function checkNode(source: Source, node: ts.Node): Complaint | undefined {
  if (ts.isIdentifier(node)) return checkGlobals(source, node)
  const isPresent =
    ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length
  if (isPresent && !edges.test(source.path)) {
    return complain(source, node, 'Do not ask what time it is: time is a parameter')
  }
  const isAsync = node.kind === ts.SyntaxKind.AsyncKeyword || ts.isAwaitExpression(node)
  if (isAsync && dataPlane.test(source.path)) {
    return complain(source, node, 'Do not wait here: the data plane is synchronous')
  }
  if (
    ts.isImportDeclaration(node) &&
    (node.moduleSpecifier as ts.StringLiteral).text === 'node:net' &&
    !socketRooms.test(source.path)
  ) {
    const bindings = node.importClause?.namedBindings
    const named = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : []
    if (named.length === 0 || !named.every(({ name }) => addressJudges.has(name.text))) {
      return complain(source, node, 'Take only isIP from node:net here: sockets have homes')
    }
  }
  return undefined
}

/** Time, randomness, the process, timers and promises stay where the house put them. */
export const checkStillness: SourceCheck = (sources) => {
  const complaints: Complaint[] = []
  for (const source of sources) {
    if (!source.path.startsWith('src/')) continue
    walk(source.tree, (node) => {
      const complaint = checkNode(source, node)
      if (complaint !== undefined) complaints.push(complaint)
    })
  }
  return complaints
}
