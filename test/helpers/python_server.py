# Runs Python programs for the tests: python_server.py FOLDER listens on FOLDER/server, and forks itself, with torch imported, for each
# request of python_client.py. A fork costs 20 ms and begins where a new process stands after `import torch`, which takes seconds.
# It ends with the process that listens on FOLDER/alive (jest), and with it all that it started.
import atexit, gc, json, os, selectors, signal, socket, sys, threading, traceback, types

LENGTH = 8 # bytes that say how long the request is

def receive(connection):
  """The request of a client and its standard input, output and error."""
  head, files, _, _ = socket.recv_fds(connection, LENGTH, 3)
  left = int.from_bytes(head, 'big')
  parts = []
  while left > 0 and (part := connection.recv(left)):
    parts.append(part)
    left -= len(part)
  return json.loads(b''.join(parts)), files

def execute(arguments):
  """What `python -c program ...` does; the exit code."""
  program, *rest = arguments
  main = sys.modules['__main__'] = types.ModuleType('__main__')
  sys.argv, sys.path[0] = ['-c', *rest], ''
  try:
    exec(compile(program, '<string>', 'exec'), main.__dict__)
  except SystemExit as error:
    if error.code is None or isinstance(error.code, int): return error.code or 0
    print(error.code, file=sys.stderr)
    return 1
  except BaseException as error:
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next # not this file's line
    traceback.print_exception(error)
    return 1
  return 0

def be_child(request, files):
  for number, file in enumerate(files):
    os.dup2(file, number)
    os.close(file)
  os.chdir(request['cwd'])
  os.environ.clear()
  os.environ.update(request['env'])
  code = 1
  try:
    code = execute(request['args'])
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
  finally:
    os._exit(code)

def main(folder):
  listener = socket.socket(socket.AF_UNIX)
  try: listener.bind(folder + '/server')
  except OSError: return # another one was faster
  listener.listen(64)
  alive = socket.socket(socket.AF_UNIX)
  alive.connect(folder + '/alive')
  import torch
  gc.freeze()

  woken, wake = os.pipe()
  for end in (woken, wake): os.set_blocking(end, False)
  signal.set_wakeup_fd(wake)
  signal.signal(signal.SIGCHLD, lambda *_: None)
  selector = selectors.DefaultSelector()
  for source in (listener, alive, woken): selector.register(source, selectors.EVENT_READ)
  served = 0
  children = {} # process: connection, or None once the client is gone

  def start():
    connection, _ = listener.accept()
    try: request, files = receive(connection)
    except (OSError, ValueError): return connection.close() # the client is gone
    nonlocal served
    served += 1
    if served == 2: # not for a run of one test file
      import torch._dynamo # by every optimizer, and it takes longer than torch
      gc.freeze()
    process = os.fork()
    if process == 0:
      os.setsid() # a group of its own, to be ended with what it starts
      signal.set_wakeup_fd(-1)
      signal.signal(signal.SIGCHLD, signal.SIG_DFL)
      selector.close()
      for source in (listener, alive, connection, *filter(None, children.values())): source.close()
      for end in (woken, wake): os.close(end)
      be_child(request, files)
    for file in files: os.close(file)
    children[process] = connection
    selector.register(connection, selectors.EVENT_READ)

  def reap():
    os.read(woken, 4096)
    for process in list(children):
      found, status = os.waitpid(process, os.WNOHANG)
      if found == 0: continue
      connection = children.pop(process)
      if connection is None: continue
      selector.unregister(connection)
      try: connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
      except OSError: pass # the client is gone
      connection.close()

  def end(process):
    try: os.killpg(process, signal.SIGKILL)
    except ProcessLookupError: pass # not yet a group, or gone
    try: os.kill(process, signal.SIGKILL)
    except ProcessLookupError: pass

  while True:
    for key, _ in selector.select():
      if key.fileobj not in (listener, alive, woken, *children.values()): continue # it ended a moment ago
      if key.fileobj is alive:
        for process in children: end(process)
        os._exit(0)
      if key.fileobj is listener: start()
      elif key.fileobj == woken: reap()
      else: # a client that ended before its program
        selector.unregister(key.fileobj)
        key.fileobj.close()
        for process in [one for one, connection in children.items() if connection is key.fileobj]:
          end(process)
          children[process] = None

main(sys.argv[1])
