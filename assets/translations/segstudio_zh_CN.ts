<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Actions</name>
    <message>
        <source>Open images…</source>
        <translation>打开图像…</translation>
    </message>
    <message>
        <source>Open sample</source>
        <translation>打开示例</translation>
    </message>
    <message>
        <source>Add model…</source>
        <translation>添加模型…</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Import labels…</source>
        <translation>导入标注…</translation>
    </message>
    <message>
        <source>Export labels…</source>
        <translation>导出标注…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>Edit classes…</source>
        <translation>编辑类别…</translation>
    </message>
    <message>
        <source>Replace a class in all images…</source>
        <translation>在所有图像中替换类别…</translation>
    </message>
    <message>
        <source>Copy labels of the previous image</source>
        <translation>复制上一张图像的标注</translation>
    </message>
    <message>
        <source>Interpolate labels of neighbours</source>
        <translation>由前后图像插值标注</translation>
    </message>
    <message>
        <source>Next image</source>
        <translation>下一张图像</translation>
    </message>
    <message>
        <source>Previous image</source>
        <translation>上一张图像</translation>
    </message>
    <message>
        <source>Approve and go on</source>
        <translation>通过并继续</translation>
    </message>
    <message>
        <source>Take approval back</source>
        <translation>撤回通过</translation>
    </message>
    <message>
        <source>Flag image</source>
        <translation>标记为待复查</translation>
    </message>
    <message>
        <source>Next not approved</source>
        <translation>下一张未通过的图像</translation>
    </message>
    <message>
        <source>Training, validation and test images…</source>
        <translation>训练集、验证集和测试集…</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Statistics</source>
        <translation>统计</translation>
    </message>
    <message>
        <source>Compare label sets…</source>
        <translation>比较标注集…</translation>
    </message>
    <message>
        <source>Likely label errors</source>
        <translation>疑似标注错误</translation>
    </message>
    <message>
        <source>Fit to window</source>
        <translation>适合窗口</translation>
    </message>
    <message>
        <source>100 %</source>
        <translation>100 %</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Minimap</source>
        <translation>导航图</translation>
    </message>
    <message>
        <source>Outlines only</source>
        <translation>仅显示轮廓</translation>
    </message>
    <message>
        <source>Mark changed pixels</source>
        <translation>标出更改的像素</translation>
    </message>
    <message>
        <source>Prediction beside correction</source>
        <translation>预测与修正对照</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Run on all images…</source>
        <translation>在所有图像上运行…</translation>
    </message>
    <message>
        <source>Show where the model is unsure</source>
        <translation>显示模型不确定的位置</translation>
    </message>
    <message>
        <source>Next uncertain region</source>
        <translation>下一个不确定区域</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>橡皮擦</translation>
    </message>
    <message>
        <source>Polygon and lasso</source>
        <translation>多边形与套索</translation>
    </message>
    <message>
        <source>Rectangle</source>
        <translation>矩形</translation>
    </message>
    <message>
        <source>Ellipse</source>
        <translation>椭圆</translation>
    </message>
    <message>
        <source>Fill</source>
        <translation>填充</translation>
    </message>
    <message>
        <source>Magic wand</source>
        <translation>魔棒</translation>
    </message>
    <message>
        <source>Superpixels</source>
        <translation>超像素</translation>
    </message>
    <message>
        <source>Scissors that follow edges</source>
        <translation>沿边缘的智能剪刀</translation>
    </message>
    <message>
        <source>Cut out the object in a box</source>
        <translation>抠出框内的物体</translation>
    </message>
    <message>
        <source>Reshape</source>
        <translation>形态调整</translation>
    </message>
    <message>
        <source>Replace a class</source>
        <translation>替换类别</translation>
    </message>
    <message>
        <source>Pick class</source>
        <translation>拾取类别</translation>
    </message>
    <message>
        <source>Smaller brush</source>
        <translation>缩小画笔</translation>
    </message>
    <message>
        <source>Larger brush</source>
        <translation>放大画笔</translation>
    </message>
    <message>
        <source>Next paint rule</source>
        <translation>下一个绘制规则</translation>
    </message>
    <message>
        <source>Swap with background</source>
        <translation>与背景类互换</translation>
    </message>
    <message>
        <source>Keys and commands</source>
        <translation>快捷键与命令</translation>
    </message>
</context>
<context>
    <name>AffectedTable</name>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像数</translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation>像素数</translation>
    </message>
    <message>
        <source>Becomes</source>
        <translation>变为</translation>
    </message>
    <message>
        <source>unlabelled</source>
        <translation>未标注</translation>
    </message>
</context>
<context>
    <name>Availability</name>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
</context>
<context>
    <name>ChangeLogTable</name>
    <message>
        <source>What was done</source>
        <translation>更改内容</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像数</translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation>像素数</translation>
    </message>
</context>
<context>
    <name>ClassChangeController</name>
    <message>
        <source>The classes stay as they are: %s</source>
        <translation>类别保持不变：%s</translation>
    </message>
    <message>
        <source>The selection touches no pixel of %s</source>
        <translation>所选范围不含 %s 的任何像素</translation>
    </message>
    <message>
        <source>Select what is to be split off, with the magic wand say</source>
        <translation>请先选中要拆分出去的部分，例如用魔棒</translation>
    </message>
    <message>
        <source>It cannot be undone: %s</source>
        <translation>无法撤销：%s</translation>
    </message>
    <message>
        <source>Undo: %s</source>
        <translation>撤销：%s</translation>
    </message>
    <message>
        <source>The classes cannot be changed while other work reads the labels</source>
        <translation>其他任务正在读取标注，暂时不能更改类别</translation>
    </message>
    <message>
        <source>Wait until it is done, or stop it</source>
        <translation>请等待其完成，或将其停止</translation>
    </message>
    <message>
        <source>The classes stay as they are: some labels are not saved yet</source>
        <translation>类别保持不变：部分标注尚未保存</translation>
    </message>
    <message>
        <source>Try again when everything is saved</source>
        <translation>请在全部保存后重试</translation>
    </message>
    <message>
        <source>The classes of the project are being changed</source>
        <translation>正在更改项目的类别</translation>
    </message>
    <message>
        <source>Wait until that is done, or stop it</source>
        <translation>请等待更改完成，或将其停止</translation>
    </message>
    <message>
        <source>Rename %s to %s</source>
        <translation>将 %s 重命名为 %s</translation>
    </message>
    <message>
        <source>Another colour for %s</source>
        <translation>更改 %s 的颜色</translation>
    </message>
    <message>
        <source>Change the order of the classes</source>
        <translation>更改类别顺序</translation>
    </message>
    <message>
        <source>Merge %s into %s</source>
        <translation>将 %s 并入 %s</translation>
    </message>
    <message>
        <source>Delete %s</source>
        <translation>删除 %s</translation>
    </message>
    <message>
        <source>Delete %s, which become %s</source>
        <translation>删除 %s，改为 %s</translation>
    </message>
    <message>
        <source>Split %s off %s</source>
        <translation>拆出 %s（原属 %s）</translation>
    </message>
</context>
<context>
    <name>ClassDialog</name>
    <message>
        <source>Classes of the project</source>
        <translation>项目的类别</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Change the classes</source>
        <translation>更改类别</translation>
    </message>
    <message>
        <source>Undo the last change</source>
        <translation>撤销上次更改</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Change the colour</source>
        <translation>更改颜色</translation>
    </message>
    <message>
        <source>Change the order</source>
        <translation>更改顺序</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>合并</translation>
    </message>
    <message>
        <source>Merge into</source>
        <translation>并入</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>拆分</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Its pixels become</source>
        <translation>其像素变为</translation>
    </message>
    <message>
        <source>unlabelled</source>
        <translation>未标注</translation>
    </message>
    <message>
        <source>What was done to the classes</source>
        <translation>类别的更改记录</translation>
    </message>
    <message>
        <source>Nothing is selected in the open image. Select what is to be split off, with the magic wand (W) say, and press the button again.</source>
        <translation>当前图像中没有选中任何内容。请先选中要拆分出去的部分（例如用魔棒 W），再按一次此按钮。</translation>
    </message>
</context>
<context>
    <name>ClassEditing</name>
    <message>
        <source>Changing the classes</source>
        <translation>正在更改类别</translation>
    </message>
    <message>
        <source>The classes were not changed; everything is as it was.</source>
        <translation>类别未更改，一切保持原样。</translation>
    </message>
    <message>
        <source>A change of the classes was interrupted and is finished now. %s</source>
        <translation>上次更改类别时被中断，现已完成。%s</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>ClassPanel</name>
    <message>
        <source>Add class</source>
        <translation>添加类别</translation>
    </message>
    <message>
        <source>The classes of your project will be listed here.</source>
        <translation>项目的类别将在此列出。</translation>
    </message>
    <message>
        <source>class %d</source>
        <translation>类别 %d</translation>
    </message>
    <message>
        <source>No class was added: %s</source>
        <translation>未添加类别：%s</translation>
    </message>
    <message>
        <source>Colour of %s</source>
        <translation>%s 的颜色</translation>
    </message>
    <message>
        <source>The class keeps its name: %s</source>
        <translation>类别保留原名：%s</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Change the colour…</source>
        <translation>更改颜色…</translation>
    </message>
    <message>
        <source>Merge…</source>
        <translation>合并…</translation>
    </message>
    <message>
        <source>Split…</source>
        <translation>拆分…</translation>
    </message>
    <message>
        <source>Change the order…</source>
        <translation>更改顺序…</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>删除…</translation>
    </message>
</context>
<context>
    <name>ClassTable</name>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像数</translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation>像素数</translation>
    </message>
</context>
<context>
    <name>ClassWords</name>
    <message>
        <source>%s images</source>
        <translation>%s 张图像</translation>
    </message>
    <message>
        <source>1 image</source>
        <translation>1 张图像</translation>
    </message>
    <message>
        <source>Drag the classes, or move the chosen one up or down.</source>
        <translation>拖动类别，或将选中的类别上移、下移。</translation>
    </message>
    <message>
        <source>Choose one class on the left, and name the new one.</source>
        <translation>在左侧选择一个类别，并为新类别命名。</translation>
    </message>
    <message>
        <source>Choose one class or several on the left.</source>
        <translation>在左侧选择一个或多个类别。</translation>
    </message>
    <message>
        <source>Choose one class on the left.</source>
        <translation>在左侧选择一个类别。</translation>
    </message>
    <message>
        <source>No pixel changes. Exports get the new name; models follow it.</source>
        <translation>像素不变。导出时使用新名称，模型也随之对应。</translation>
    </message>
    <message>
        <source>No pixel changes. Mask files and exports get the new colour.</source>
        <translation>像素不变。掩膜文件和导出文件使用新颜色。</translation>
    </message>
    <message>
        <source>No pixel gets another class. The numbers of classes in mask files change.</source>
        <translation>所有像素的类别不变，掩膜文件中的类别编号会改变。</translation>
    </message>
    <message>
        <source>Only the open image changes: regions that the selection touches get the new class.</source>
        <translation>仅更改当前打开的图像：与所选范围相接的区域归入新类别。</translation>
    </message>
    <message>
        <source>Counting…</source>
        <translation>正在统计…</translation>
    </message>
    <message>
        <source>No image has any of it: only the list of classes changes.</source>
        <translation>没有图像含有该类别：只更改类别列表。</translation>
    </message>
    <message>
        <source>%s pixels in %s get another class. It can be undone.</source>
        <translation>%s 个像素（%s）将改变类别。此操作可以撤销。</translation>
    </message>
    <message>
        <source>%s: %s changed, %s pixels.</source>
        <translation>%s：%s已更改，%s 个像素。</translation>
    </message>
    <message>
        <source>%s pixels in %s images were painted since and stay.</source>
        <translation>%s 个像素（共 %s 张图像）此后另行绘制过，保持不变。</translation>
    </message>
</context>
<context>
    <name>Closing</name>
    <message>
        <source>Labels are not saved</source>
        <translation>标注未保存</translation>
    </message>
    <message>
        <source>The labels of %d images could not be saved. %s

Close and lose them?</source>
        <translation>%d 张图像的标注无法保存。%s

仍要关闭并丢弃这些标注吗？</translation>
    </message>
</context>
<context>
    <name>ColorForm</name>
    <message>
        <source>New colour</source>
        <translation>新颜色</translation>
    </message>
</context>
<context>
    <name>CompareDialog</name>
    <message>
        <source>Compare label sets</source>
        <translation>比较标注集</translation>
    </message>
    <message>
        <source>Save numbers…</source>
        <translation>保存数据…</translation>
    </message>
    <message>
        <source>Save contact sheet…</source>
        <translation>保存对比图…</translation>
    </message>
    <message>
        <source>Compare with</source>
        <translation>比较对象</translation>
    </message>
    <message>
        <source>The predictions of this project</source>
        <translation>本项目的预测</translation>
    </message>
    <message>
        <source>Another project, label set or folder of masks</source>
        <translation>另一个项目、标注集或掩膜文件夹</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>A folder with labels of the same images</source>
        <translation>含有相同图像标注的文件夹</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Black and white masks</source>
        <translation>黑白掩膜</translation>
    </message>
    <message>
        <source>Values are class numbers</source>
        <translation>像素值为类别编号</translation>
    </message>
    <message>
        <source>White is the object</source>
        <translation>白色为目标</translation>
    </message>
    <message>
        <source>Black is the object</source>
        <translation>黑色为目标</translation>
    </message>
    <message>
        <source>What black and white masks mean</source>
        <translation>黑白掩膜的含义</translation>
    </message>
    <message>
        <source>Approved images only</source>
        <translation>仅已通过的图像</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Compare these labels with</source>
        <translation>将这些标注与以下内容比较</translation>
    </message>
    <message>
        <source>What differs most</source>
        <translation>差异最大的图像</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>What is taken for what</source>
        <translation>混淆矩阵</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>%s: %s of the pixels differ; click to open it</source>
        <translation>%s：%s 的像素不同；单击打开</translation>
    </message>
    <message>
        <source>Two people&apos;s labels, or labels and predictions: where do they differ, and by how much? Pixels that have labels in both are compared.</source>
        <translation>两个人的标注，或标注与预测：哪里不同，相差多少？只比较双方都有标注的像素。</translation>
    </message>
    <message>
        <source>%d of %d images</source>
        <translation>%d / %d 张图像</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Choose a folder with labels</source>
        <translation>选择含有标注的文件夹</translation>
    </message>
    <message>
        <source>Save numbers</source>
        <translation>保存数据</translation>
    </message>
    <message>
        <source>Save contact sheet</source>
        <translation>保存对比图</translation>
    </message>
    <message>
        <source>contact sheet</source>
        <translation>对比图</translation>
    </message>
</context>
<context>
    <name>ComparePage</name>
    <message>
        <source>Compare with the chosen model</source>
        <translation>与所选模型比较</translation>
    </message>
    <message>
        <source>Use the new model</source>
        <translation>使用新模型</translation>
    </message>
    <message>
        <source>Keep the old one</source>
        <translation>保留旧模型</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>What is taken for what</source>
        <translation>混淆矩阵</translation>
    </message>
    <message>
        <source>When a run is finished, its model is compared with the chosen one here.</source>
        <translation>训练结束后，其模型将在此与所选模型比较。</translation>
    </message>
    <message>
        <source>Train a network</source>
        <translation>训练网络</translation>
    </message>
    <message>
        <source>Compare the new model with the one that is chosen, on images of their own.</source>
        <translation>在各自专用的评估图像上，比较新模型与所选模型。</translation>
    </message>
    <message>
        <source>Running both models on the images that judge…</source>
        <translation>正在评估图像上运行两个模型…</translation>
    </message>
    <message>
        <source>1 image</source>
        <translation>1 张图像</translation>
    </message>
    <message>
        <source>%d images</source>
        <translation>%d 张图像</translation>
    </message>
    <message>
        <source>on %s that neither was trained on</source>
        <translation>基于两者都未训练过的 %s</translation>
    </message>
    <message>
        <source>on %s that it was not trained on</source>
        <translation>基于其未训练过的 %s</translation>
    </message>
    <message>
        <source>Mean IoU %.3f %s.</source>
        <translation>平均交并比 %.3f，%s。</translation>
    </message>
    <message>
        <source>old</source>
        <translation>旧</translation>
    </message>
    <message>
        <source>new</source>
        <translation>新</translation>
    </message>
    <message>
        <source>%s: %s, %.1f MB, %.0f ms an image</source>
        <translation>%s：%s，%.1f MB，每张图像 %.0f ms</translation>
    </message>
    <message>
        <source>The old model does not know %s.</source>
        <translation>旧模型没有这些类别：%s。</translation>
    </message>
    <message>
        <source>A single image tells little: approve more of those that are set aside.</source>
        <translation>单张图像说明不了什么：请再审核通过一些留作评估的图像。</translation>
    </message>
    <message>
        <source>So few images tell little; more of them narrow the interval.</source>
        <translation>图像太少，说明力有限；增加图像可缩小置信区间。</translation>
    </message>
    <message>
        <source>There is nothing to compare %s.</source>
        <translation>没有可比较的内容，%s。</translation>
    </message>
    <message>
        <source>Mean IoU changes by %+.3f %s.</source>
        <translation>平均交并比 变化 %+.3f，%s。</translation>
    </message>
    <message>
        <source>Surely better</source>
        <translation>确定更好</translation>
    </message>
    <message>
        <source>Surely worse</source>
        <translation>确定更差</translation>
    </message>
    <message>
        <source>No sure difference</source>
        <translation>无确定差异</translation>
    </message>
    <message>
        <source>%s: mean IoU %+.3f (95 %% interval %+.3f to %+.3f) %s.</source>
        <translation>%s：平均交并比 %+.3f（95 %% 置信区间 %+.3f 至 %+.3f），%s。</translation>
    </message>
</context>
<context>
    <name>ComparisonTables</name>
    <message>
        <source>No pixel has labels in both, so there is nothing to compare.</source>
        <translation>没有双方都标注的像素，因此无法比较。</translation>
    </message>
    <message>
        <source>%d labelled images have no counterpart there.</source>
        <translation>%d 张已标注的图像在对方没有对应图像。</translation>
    </message>
    <message>
        <source>1 labelled image has no counterpart there.</source>
        <translation>1 张已标注的图像在对方没有对应图像。</translation>
    </message>
    <message>
        <source>Pixels labelled only here: %s; only there: %s. They do not count.</source>
        <translation>仅此方标注的像素：%s；仅对方标注：%s。均不计入。</translation>
    </message>
    <message>
        <source>Classes that this project lacks do not count: %s.</source>
        <translation>本项目没有的类别不计入：%s。</translation>
    </message>
    <message>
        <source>Left out: %s</source>
        <translation>未包括：%s</translation>
    </message>
    <message>
        <source>And %d more.</source>
        <translation>另有 %d 项。</translation>
    </message>
    <message>
        <source>class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>IoU</source>
        <translation>交并比</translation>
    </message>
    <message>
        <source>boundary F-score</source>
        <translation>边界 F 值</translation>
    </message>
    <message>
        <source>F-score</source>
        <translation>F 值</translation>
    </message>
    <message>
        <source>pixels here</source>
        <translation>此方像素数</translation>
    </message>
    <message>
        <source>pixels there</source>
        <translation>对方像素数</translation>
    </message>
    <message>
        <source>here \ there</source>
        <translation>此方 \ 对方</translation>
    </message>
    <message>
        <source>image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>differs</source>
        <translation>差异</translation>
    </message>
    <message>
        <source>kappa</source>
        <translation>kappa</translation>
    </message>
    <message>
        <source>mean IoU</source>
        <translation>平均交并比</translation>
    </message>
    <message>
        <source>pixels</source>
        <translation>像素数</translation>
    </message>
    <message>
        <source>poor</source>
        <translation>很差</translation>
    </message>
    <message>
        <source>slight</source>
        <translation>轻微</translation>
    </message>
    <message>
        <source>fair</source>
        <translation>一般</translation>
    </message>
    <message>
        <source>moderate</source>
        <translation>中等</translation>
    </message>
    <message>
        <source>substantial</source>
        <translation>高度</translation>
    </message>
    <message>
        <source>almost perfect</source>
        <translation>几乎完全</translation>
    </message>
    <message>
        <source>%d images</source>
        <translation>%d 张图像</translation>
    </message>
    <message>
        <source>1 image</source>
        <translation>1 张图像</translation>
    </message>
    <message>
        <source>%s compared with %s: %s of the pixels agree. Cohen&apos;s kappa %s (%s agreement), mean IoU %s, boundary F-score %s.</source>
        <translation>%s 与 %s 比较：%s 的像素一致。Cohen&apos;s kappa %s（%s一致），平均交并比 %s，边界 F 值 %s。</translation>
    </message>
</context>
<context>
    <name>CurvesView</name>
    <message>
        <source>loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>IoU</source>
        <translation>交并比</translation>
    </message>
    <message>
        <source>epoch</source>
        <translation>轮次</translation>
    </message>
    <message>
        <source>training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>验证</translation>
    </message>
</context>
<context>
    <name>DisagreementList</name>
    <message>
        <source>Where labels and model differ</source>
        <translation>标注与模型不一致之处</translation>
    </message>
    <message>
        <source>%s    %s of the labelled pixels</source>
        <translation>%s    占已标注像素的 %s</translation>
    </message>
    <message>
        <source>Choose an image to look at it.</source>
        <translation>选择一张图像进行查看。</translation>
    </message>
</context>
<context>
    <name>DisplayPanel</name>
    <message>
        <source>Brightness</source>
        <translation>亮度</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>对比度</translation>
    </message>
    <message>
        <source>Gamma</source>
        <translation>伽马</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Stretch to the values that occur</source>
        <translation>拉伸到实际取值范围</translation>
    </message>
    <message>
        <source>For dark and 16-bit images: 0.35 % of the pixels may be black or white</source>
        <translation>适用于偏暗的图像和 16 位图像：允许 0.35 % 的像素变为纯黑或纯白</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>For your eyes only: files and models get the image as it is.</source>
        <translation>仅影响显示：文件和模型使用原始图像。</translation>
    </message>
    <message>
        <source>Filled</source>
        <translation>填充</translation>
    </message>
    <message>
        <source>Outlines</source>
        <translation>轮廓</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Red</source>
        <translation>红</translation>
    </message>
    <message>
        <source>Green</source>
        <translation>绿</translation>
    </message>
    <message>
        <source>Blue</source>
        <translation>蓝</translation>
    </message>
    <message>
        <source>Channel %d</source>
        <translation>通道 %d</translation>
    </message>
</context>
<context>
    <name>Divider</name>
    <message>
        <source>Drag: left the prediction, right the correction</source>
        <translation>拖动：左侧为预测，右侧为修正</translation>
    </message>
    <message>
        <source>Divider between prediction and correction</source>
        <translation>预测与修正之间的分隔线</translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>There is only the background yet. Add a class to paint it.</source>
        <translation>目前只有背景类。请添加一个类别再绘制。</translation>
    </message>
    <message>
        <source>Add class</source>
        <translation>添加类别</translation>
    </message>
</context>
<context>
    <name>Errors</name>
    <message>
        <source>could not be saved</source>
        <translation>无法保存</translation>
    </message>
    <message>
        <source>predictions</source>
        <translation>预测</translation>
    </message>
    <message>
        <source>ImageNet&apos;s mean and spread</source>
        <translation>ImageNet 的均值和标准差</translation>
    </message>
    <message>
        <source>0 to 1</source>
        <translation>0 至 1</translation>
    </message>
    <message>
        <source>-1 to 1</source>
        <translation>-1 至 1</translation>
    </message>
    <message>
        <source>0 to 255</source>
        <translation>0 至 255</translation>
    </message>
    <message>
        <source>{}, blue before red</source>
        <translation>{}，蓝在红前</translation>
    </message>
    <message>
        <source>this folder could not be made</source>
        <translation>无法创建此文件夹</translation>
    </message>
    <message>
        <source>could not be made</source>
        <translation>无法创建</translation>
    </message>
    <message>
        <source>could not be read</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>a change of its classes is under way or was interrupted (&quot;{}&quot;)</source>
        <translation>类别更改正在进行或曾被中断（“{}”）</translation>
    </message>
    <message>
        <source>Open the project in segstudio, which finishes it</source>
        <translation>请在 segstudio 中打开该项目，以完成更改</translation>
    </message>
    <message>
        <source>this change of the classes cannot be read ({})</source>
        <translation>无法读取这次类别更改（{}）</translation>
    </message>
    <message>
        <source>Bring back a copy of the file: without it nobody knows what the masks mean</source>
        <translation>请恢复该文件的副本：没有它就无法得知掩膜的含义</translation>
    </message>
    <message>
        <source>could not be written</source>
        <translation>无法写入</translation>
    </message>
    <message>
        <source>Correct or approve the labels of some images first</source>
        <translation>请先修正或审核通过一些图像的标注</translation>
    </message>
    <message>
        <source>no image is there to judge the model</source>
        <translation>没有可用于评估模型的图像</translation>
    </message>
    <message>
        <source>this is a folder, not an image</source>
        <translation>这是文件夹，不是图像</translation>
    </message>
    <message>
        <source>this is a device or a pipe, not an image</source>
        <translation>这是设备或管道，不是图像</translation>
    </message>
    <message>
        <source>floating-point images are not supported</source>
        <translation>不支持浮点图像</translation>
    </message>
    <message>
        <source>Save it as 8-bit or 16-bit</source>
        <translation>请另存为 8 位或 16 位图像</translation>
    </message>
    <message>
        <source>there is no such file</source>
        <translation>没有此文件</translation>
    </message>
    <message>
        <source>Check the name</source>
        <translation>请检查名称</translation>
    </message>
    <message>
        <source>you may not read this file</source>
        <translation>您无权读取此文件</translation>
    </message>
    <message>
        <source>this is not an image we can read</source>
        <translation>无法识别的图像格式</translation>
    </message>
    <message>
        <source>Use PNG, JPEG, TIFF, WebP or BMP</source>
        <translation>请使用 PNG、JPEG、TIFF、WebP 或 BMP</translation>
    </message>
    <message>
        <source>there is not enough memory to open this image</source>
        <translation>内存不足，无法打开此图像</translation>
    </message>
    <message>
        <source>the file is damaged and cannot be opened</source>
        <translation>文件已损坏，无法打开</translation>
    </message>
    <message>
        <source>Copy it again from its source</source>
        <translation>请从来源重新复制</translation>
    </message>
    <message>
        <source>{} x {} pixels are more than {} megapixels</source>
        <translation>{} x {} 像素，超过 {} 百万像素</translation>
    </message>
    <message>
        <source>Cut the image into parts</source>
        <translation>请将图像裁成几部分</translation>
    </message>
    <message>
        <source>it cannot be read: {}</source>
        <translation>无法读取：{}</translation>
    </message>
    <message>
        <source>edits cannot be kept for recovery ({})</source>
        <translation>编辑无法留作恢复（{}）</translation>
    </message>
    <message>
        <source>the model cannot be read ({})</source>
        <translation>无法读取模型（{}）</translation>
    </message>
    <message>
        <source>Train it again</source>
        <translation>请重新训练</translation>
    </message>
    <message>
        <source>this project is open {}</source>
        <translation>此项目已{}打开</translation>
    </message>
    <message>
        <source>cannot be edited</source>
        <translation>无法编辑</translation>
    </message>
    <message>
        <source>another program changed this mask; your labels were saved beside it as {}</source>
        <translation>其他程序更改了此掩膜；您的标注已另存于其旁：{}</translation>
    </message>
    <message>
        <source>Choose which of the two to keep</source>
        <translation>请选择保留哪一个</translation>
    </message>
    <message>
        <source>the mask before this one cannot be kept ({})</source>
        <translation>无法保留先前的掩膜（{}）</translation>
    </message>
    <message>
        <source>it holds the value {}, and class indices are 0 to 255</source>
        <translation>含有值 {}，而类别编号应为 0 至 255</translation>
    </message>
    <message>
        <source>Save the mask with one value for each class, counted from 0</source>
        <translation>请将掩膜保存为每个类别一个值，从 0 开始</translation>
    </message>
    <message>
        <source>this is a JPEG file, which does not keep class indices exactly</source>
        <translation>这是 JPEG 文件，不能精确保存类别编号</translation>
    </message>
    <message>
        <source>Use the mask as PNG or TIFF</source>
        <translation>请使用 PNG 或 TIFF 掩膜</translation>
    </message>
    <message>
        <source>this holds fractions, not class indices</source>
        <translation>其中是小数，不是类别编号</translation>
    </message>
    <message>
        <source>this is a colour picture, not a mask of class indices</source>
        <translation>这是彩色图片，不是类别编号掩膜</translation>
    </message>
    <message>
        <source>Save the mask with one value per pixel: as grey or indexed PNG</source>
        <translation>请将掩膜保存为每个像素一个值：灰度或索引 PNG</translation>
    </message>
    <message>
        <source>this is not a project of ours</source>
        <translation>这不是 segstudio 项目</translation>
    </message>
    <message>
        <source>Bring back a copy of project.json; the masks are still in the masks folder</source>
        <translation>请恢复 project.json 的副本；掩膜仍在 masks 文件夹中</translation>
    </message>
    <message>
        <source>it was written by a newer version of segstudio</source>
        <translation>由更新版本的 segstudio 写入</translation>
    </message>
    <message>
        <source>Update segstudio</source>
        <translation>请更新 segstudio</translation>
    </message>
    <message>
        <source>its image_root is wrong</source>
        <translation>其 image_root 有误</translation>
    </message>
    <message>
        <source>there are no images in this folder</source>
        <translation>此文件夹中没有图像</translation>
    </message>
    <message>
        <source>Open a folder with PNG, JPEG, TIFF, WebP or BMP files</source>
        <translation>请打开含有 PNG、JPEG、TIFF、WebP 或 BMP 文件的文件夹</translation>
    </message>
    <message>
        <source>Open a folder, or a PNG, JPEG, TIFF, WebP or BMP file</source>
        <translation>请打开文件夹，或 PNG、JPEG、TIFF、WebP、BMP 文件</translation>
    </message>
    <message>
        <source>there is no such file or folder</source>
        <translation>没有此文件或文件夹</translation>
    </message>
    <message>
        <source>this folder holds the labels of {}</source>
        <translation>此文件夹存放的是 {} 的标注</translation>
    </message>
    <message>
        <source>Choose another folder for the labels</source>
        <translation>请为标注选择另一个文件夹</translation>
    </message>
    <message>
        <source>the mask has {} x {} pixels, the image has {} x {}</source>
        <translation>掩膜为 {} x {} 像素，图像为 {} x {} 像素</translation>
    </message>
    <message>
        <source>Bring back the image it was made for, or move the mask away</source>
        <translation>请恢复对应的图像，或移走此掩膜</translation>
    </message>
    <message>
        <source>the file is too large to be a project</source>
        <translation>文件过大，不可能是项目</translation>
    </message>
    <message>
        <source>it cannot be read ({})</source>
        <translation>无法读取（{}）</translation>
    </message>
    <message>
        <source>it is not valid JSON ({})</source>
        <translation>不是有效的 JSON（{}）</translation>
    </message>
    <message>
        <source>its classes are wrong: {}</source>
        <translation>其类别有误：{}</translation>
    </message>
    <message>
        <source>its splits are wrong: {}</source>
        <translation>其划分有误：{}</translation>
    </message>
    <message>
        <source>this folder holds another {}</source>
        <translation>此文件夹中已有另一个 {}</translation>
    </message>
    <message>
        <source>you may not read this folder</source>
        <translation>您无权读取此文件夹</translation>
    </message>
    <message>
        <source>this folder cannot be read ({})</source>
        <translation>无法读取此文件夹（{}）</translation>
    </message>
    <message>
        <source>the folder of images is gone</source>
        <translation>图像文件夹已不存在</translation>
    </message>
    <message>
        <source>Bring it back, or open the folder where the images are now</source>
        <translation>请将其恢复，或打开图像现在所在的文件夹</translation>
    </message>
    <message>
        <source>the folder of images cannot be read ({})</source>
        <translation>无法读取图像文件夹（{}）</translation>
    </message>
    <message>
        <source>Choose another way to group the images</source>
        <translation>请选择其他图像分组方式</translation>
    </message>
    <message>
        <source>labels cannot be kept in this folder, you may only read it</source>
        <translation>标注无法存放在此文件夹中，您只能读取它</translation>
    </message>
    <message>
        <source>Choose another folder for the labels, or copy the images to one of your own</source>
        <translation>请为标注选择另一个文件夹，或将图像复制到自己的文件夹</translation>
    </message>
    <message>
        <source>its journal tells no size</source>
        <translation>其日志没有记录尺寸</translation>
    </message>
    <message>
        <source>it could not be removed ({})</source>
        <translation>无法移除（{}）</translation>
    </message>
    <message>
        <source>the sample images are missing from this installation</source>
        <translation>此安装中缺少示例图像</translation>
    </message>
    <message>
        <source>Install segstudio again</source>
        <translation>请重新安装 segstudio</translation>
    </message>
    <message>
        <source>it cannot be copied ({})</source>
        <translation>无法复制（{}）</translation>
    </message>
    <message>
        <source>too many runs were begun at once</source>
        <translation>同时启动的训练过多</translation>
    </message>
    <message>
        <source>Try again in a second</source>
        <translation>请稍后重试</translation>
    </message>
    <message>
        <source>no run can be kept here ({})</source>
        <translation>训练记录无法保存在此处（{}）</translation>
    </message>
    <message>
        <source>Free some space</source>
        <translation>请腾出一些空间</translation>
    </message>
    <message>
        <source>onnxruntime refuses it: {}</source>
        <translation>onnxruntime 拒绝该模型：{}</translation>
    </message>
    <message>
        <source>Use another model, or export this one again</source>
        <translation>请使用其他模型，或重新导出此模型</translation>
    </message>
    <message>
        <source>it failed on this image: {}</source>
        <translation>在此图像上运行失败：{}</translation>
    </message>
    <message>
        <source>there is not enough memory to run it on this image</source>
        <translation>内存不足，无法在此图像上运行</translation>
    </message>
    <message>
        <source>Use a smaller image</source>
        <translation>请使用较小的图像</translation>
    </message>
    <message>
        <source>it did not load within {} s</source>
        <translation>{} 秒内未能载入</translation>
    </message>
    <message>
        <source>{}: the model did not answer for {} s</source>
        <translation>{}：模型 {} 秒没有响应</translation>
    </message>
    <message>
        <source>Use a smaller model or a smaller image, or allow more time with --limit</source>
        <translation>请使用较小的模型或图像，或用 --limit 允许更长时间</translation>
    </message>
    <message>
        <source>the model made the runtime crash ({})</source>
        <translation>模型使运行时崩溃（{}）</translation>
    </message>
    <message>
        <source>{}: the model made the runtime crash ({})</source>
        <translation>{}：模型使运行时崩溃（{}）</translation>
    </message>
    <message>
        <source>Run it again; if that fails too, use another model or a smaller image</source>
        <translation>请再运行一次；若仍失败，请使用其他模型或较小的图像</translation>
    </message>
    <message>
        <source>{}: the process that runs models answered with nonsense and was ended</source>
        <translation>{}：运行模型的进程给出了无意义的回答，已被终止</translation>
    </message>
    <message>
        <source>Use this model only if you trust where it comes from</source>
        <translation>仅在信任其来源时才使用此模型</translation>
    </message>
    <message>
        <source>this is not an ONNX model, or the file is damaged</source>
        <translation>这不是 ONNX 模型，或文件已损坏</translation>
    </message>
    <message>
        <source>Copy it again from its source, or export it again</source>
        <translation>请从来源重新复制，或重新导出</translation>
    </message>
    <message>
        <source>Put all files of the model into one folder, as regular files</source>
        <translation>请将模型的所有文件作为普通文件放在同一文件夹中</translation>
    </message>
    <message>
        <source>it needs {}, which is no part of onnxruntime</source>
        <translation>它需要 {}，而 onnxruntime 中没有</translation>
    </message>
    <message>
        <source>Use another model; plug-ins are not loaded, because they are programs</source>
        <translation>请使用其他模型；插件是程序，因此不会载入</translation>
    </message>
    <message>
        <source>it needs {}, which holds compiled code for one device</source>
        <translation>它需要 {}，其中含有为特定设备编译的代码</translation>
    </message>
    <message>
        <source>Use the model that it was compiled from</source>
        <translation>请使用编译前的原模型</translation>
    </message>
    <message>
        <source>there is not enough memory for this model</source>
        <translation>内存不足，无法载入此模型</translation>
    </message>
    <message>
        <source>the GPU has not enough memory to run it on this image, even in small parts</source>
        <translation>显存不足，即使分成小块也无法在此图像上运行</translation>
    </message>
    <message>
        <source>Close other programs that use the GPU, or run it on the CPU</source>
        <translation>请关闭其他使用 GPU 的程序，或在 CPU 上运行</translation>
    </message>
    <message>
        <source>the file is too large to be a card</source>
        <translation>文件过大，不可能是模型卡</translation>
    </message>
    <message>
        <source>this card cannot be used: {}</source>
        <translation>此模型卡无法使用：{}</translation>
    </message>
    <message>
        <source>it takes {} inputs instead of one image</source>
        <translation>它有 {} 个输入，而应为一张图像</translation>
    </message>
    <message>
        <source>Use a model that this program&apos;s trainer exported</source>
        <translation>请使用由本程序的训练器导出的模型</translation>
    </message>
    <message>
        <source>it takes {} instead of uint8 images (N, H, W, 3)</source>
        <translation>它的输入为 {}，而应为 uint8 图像 (N, H, W, 3)</translation>
    </message>
    <message>
        <source>it has no output called {}</source>
        <translation>它没有名为 {} 的输出</translation>
    </message>
    <message>
        <source>its output {} is {} instead of {} (N, H, W)</source>
        <translation>其输出 {} 为 {}，而应为 {} (N, H, W)</translation>
    </message>
    <message>
        <source>this model made the runtime crash before ({})</source>
        <translation>此模型先前曾使运行时崩溃（{}）</translation>
    </message>
    <message>
        <source>Choose another one, or try it once more</source>
        <translation>请选择其他模型，或再试一次</translation>
    </message>
    <message>
        <source>it takes {}, which is no image</source>
        <translation>它的输入为 {}，不是图像</translation>
    </message>
    <message>
        <source>Use another model, or export this one with one image as input</source>
        <translation>请使用其他模型，或以单张图像为输入重新导出此模型</translation>
    </message>
    <message>
        <source>it takes {}, but does not run on an image of that kind</source>
        <translation>它的输入为 {}，但无法在此类图像上运行</translation>
    </message>
    <message>
        <source>it gives {}, which is no map of classes</source>
        <translation>它的输出为 {}，不是类别图</translation>
    </message>
    <message>
        <source>Use a model for semantic segmentation</source>
        <translation>请使用语义分割模型</translation>
    </message>
    <message>
        <source>it tells {} classes apart, and at most 255 fit in a mask</source>
        <translation>它区分 {} 个类别，而掩膜最多容纳 255 个</translation>
    </message>
    <message>
        <source>Use a model with fewer classes</source>
        <translation>请使用类别较少的模型</translation>
    </message>
    <message>
        <source>its output {} holds values that are no numbers (NaN)</source>
        <translation>其输出 {} 含有非数值 (NaN)</translation>
    </message>
    <message>
        <source>this model is not one of ours, so how it takes images must be confirmed once</source>
        <translation>此模型并非由本程序生成，需要确认一次如何输入图像</translation>
    </message>
    <message>
        <source>Open it in the window, or take the likeliest way with --guess</source>
        <translation>请在窗口中打开它，或用 --guess 采用最可能的方式</translation>
    </message>
    <message>
        <source>it predicts class {}, but its card names only {} classes</source>
        <translation>它预测出类别 {}，而其模型卡只列出 {} 个类别</translation>
    </message>
    <message>
        <source>this is a folder, not a model</source>
        <translation>这是文件夹，不是模型</translation>
    </message>
    <message>
        <source>Choose an ONNX file</source>
        <translation>请选择一个 ONNX 文件</translation>
    </message>
    <message>
        <source>this is not a regular file</source>
        <translation>这不是普通文件</translation>
    </message>
    <message>
        <source>the file is empty</source>
        <translation>文件为空</translation>
    </message>
    <message>
        <source>it has no model card, so the names of its classes are unknown</source>
        <translation>它没有模型卡，因此不知道各类别的名称</translation>
    </message>
    <message>
        <source>its confidence holds values that are no numbers</source>
        <translation>其置信度含有非数值</translation>
    </message>
    <message>
        <source>there is no such model</source>
        <translation>没有此模型</translation>
    </message>
    <message>
        <source>onnxruntime cannot open a file of this name</source>
        <translation>onnxruntime 无法打开具有此名称的文件</translation>
    </message>
    <message>
        <source>Rename it</source>
        <translation>请将其重命名</translation>
    </message>
    <message>
        <source>the process that runs models was closed</source>
        <translation>运行模型的进程已关闭</translation>
    </message>
    <message>
        <source>the process that runs models could not be started ({})</source>
        <translation>无法启动运行模型的进程（{}）</translation>
    </message>
    <message>
        <source>the process that runs models did not start ({})</source>
        <translation>运行模型的进程未能启动（{}）</translation>
    </message>
    <message>
        <source>Install the program again, or see what segstudio doctor says</source>
        <translation>请重新安装程序，或查看 segstudio doctor 的说明</translation>
    </message>
    <message>
        <source>no model is loaded</source>
        <translation>未载入模型</translation>
    </message>
    <message>
        <source>Choose a model first</source>
        <translation>请先选择模型</translation>
    </message>
    <message>
        <source>{}: the masks hold only 0 and 255, and 255 may be a class or mean unlabelled</source>
        <translation>{}：掩膜只含 0 和 255，而 255 可能是类别，也可能是未标注</translation>
    </message>
    <message>
        <source>Say whether white or black is the object</source>
        <translation>请指明白色还是黑色为目标</translation>
    </message>
    <message>
        <source>Edits cannot be kept for recovery: {}</source>
        <translation>编辑无法留作恢复：{}</translation>
    </message>
    <message>
        <source>Masks are saved all the same; free some space on this computer&apos;s disk</source>
        <translation>掩膜照常保存；请在此计算机的磁盘上腾出一些空间</translation>
    </message>
    <message>
        <source>these labels are not saved yet, so they were left as they are</source>
        <translation>这些标注尚未保存，因此保持原样</translation>
    </message>
    <message>
        <source>Do it again when everything is saved</source>
        <translation>请在全部保存后重新操作</translation>
    </message>
    <message>
        <source>{} has no labels yet</source>
        <translation>{} 还没有标注</translation>
    </message>
    <message>
        <source>Label it first</source>
        <translation>请先标注它</translation>
    </message>
    <message>
        <source>The labels of {} have {} × {} pixels, this image has {} × {}: they do not fit</source>
        <translation>{} 的标注为 {} × {} 像素，此图像为 {} × {} 像素：尺寸不符</translation>
    </message>
    <message>
        <source>Labels can be taken over between images of the same size</source>
        <translation>只能在相同尺寸的图像之间沿用标注</translation>
    </message>
    <message>
        <source>The trainer could not be started ({})</source>
        <translation>无法启动训练程序（{}）</translation>
    </message>
    <message>
        <source>Install it with: {}</source>
        <translation>请用以下命令安装：{}</translation>
    </message>
    <message>
        <source>The trainer ended as soon as it was started</source>
        <translation>训练程序一启动就结束了</translation>
    </message>
    <message>
        <source>See {}</source>
        <translation>见 {}</translation>
    </message>
    <message>
        <source>Training needs {}, which is not installed</source>
        <translation>训练需要 {}，但尚未安装</translation>
    </message>
    <message>
        <source>The trainer gave no answer</source>
        <translation>训练程序没有给出回答</translation>
    </message>
    <message>
        <source>The trainer took too long to look at the images</source>
        <translation>训练程序查看图像用时过长</translation>
    </message>
    <message>
        <source>Something went wrong inside segstudio ({}: {})</source>
        <translation>segstudio 内部出错（{}: {}）</translation>
    </message>
    <message>
        <source>Your labels are safe; please report this</source>
        <translation>您的标注安全无损；请报告此问题</translation>
    </message>
    <message>
        <source>Export it again with: trainer export RUN --out MODEL.onnx</source>
        <translation>请重新导出：trainer export RUN --out MODEL.onnx</translation>
    </message>
    <message>
        <source>this mask holds only 0 and 255, and 255 may be a class or mean unlabelled</source>
        <translation>此掩膜只含 0 和 255，而 255 可能是类别，也可能是未标注</translation>
    </message>
    <message>
        <source>no image can train yet</source>
        <translation>还没有可用于训练的图像</translation>
    </message>
    <message>
        <source>no approved image can train yet</source>
        <translation>还没有已通过的图像可用于训练</translation>
    </message>
    <message>
        <source>no corrected image can train yet</source>
        <translation>还没有已修正的图像可用于训练</translation>
    </message>
    <message>
        <source>in another window</source>
        <translation>在另一个窗口中</translation>
    </message>
    <message>
        <source>in another window, by {} since {}</source>
        <translation>在另一个窗口中由 {}（自 {} 起）</translation>
    </message>
    <message>
        <source>in another window, by {} on {} since {}</source>
        <translation>在另一个窗口中由 {}（计算机 {}，自 {} 起）</translation>
    </message>
    <message>
        <source>there is no space left on the disk</source>
        <translation>磁盘空间不足</translation>
    </message>
    <message>
        <source>Free some space and save again</source>
        <translation>请腾出一些空间后重新保存</translation>
    </message>
    <message>
        <source>your disk quota is used up</source>
        <translation>您的磁盘配额已用完</translation>
    </message>
    <message>
        <source>it is larger than this disk allows</source>
        <translation>超过此磁盘允许的大小</translation>
    </message>
    <message>
        <source>Choose another disk</source>
        <translation>请选择其他磁盘</translation>
    </message>
    <message>
        <source>the disk is read-only</source>
        <translation>磁盘为只读</translation>
    </message>
    <message>
        <source>Choose a folder that you may write</source>
        <translation>请选择您有权写入的文件夹</translation>
    </message>
    <message>
        <source>you may not write here</source>
        <translation>您无权在此写入</translation>
    </message>
    <message>
        <source>its folder is gone</source>
        <translation>其文件夹已不存在</translation>
    </message>
    <message>
        <source>Bring the folder back and save again</source>
        <translation>请恢复该文件夹后重新保存</translation>
    </message>
    <message>
        <source>a file is where a folder should be</source>
        <translation>应为文件夹之处是一个文件</translation>
    </message>
    <message>
        <source>Choose another folder</source>
        <translation>请选择其他文件夹</translation>
    </message>
    <message>
        <source>a folder is where the file should be</source>
        <translation>应为文件之处是一个文件夹</translation>
    </message>
    <message>
        <source>Choose another name</source>
        <translation>请选择其他名称</translation>
    </message>
    <message>
        <source>its name is too long</source>
        <translation>名称过长</translation>
    </message>
    <message>
        <source>Shorten the name of the image or its folder</source>
        <translation>请缩短图像或其文件夹的名称</translation>
    </message>
    <message>
        <source>the classes were changed by another program since</source>
        <translation>此后类别已被其他程序更改</translation>
    </message>
    <message>
        <source>nothing would change</source>
        <translation>没有可更改的内容</translation>
    </message>
    <message>
        <source>no class is chosen</source>
        <translation>未选择类别</translation>
    </message>
    <message>
        <source>{} cannot become one with itself</source>
        <translation>{} 不能与自身合并</translation>
    </message>
    <message>
        <source>regions of at least one pixel can be split off</source>
        <translation>只能拆分出至少一个像素的区域</translation>
    </message>
    <message>
        <source>there is no class {}</source>
        <translation>没有类别 {}</translation>
    </message>
    <message>
        <source>{} classes; at most {} fit in a mask</source>
        <translation>有 {} 个类别；掩膜最多容纳 {} 个</translation>
    </message>
    <message>
        <source>a class has an empty name</source>
        <translation>类别名称为空</translation>
    </message>
    <message>
        <source>class name {} is too long or not printable</source>
        <translation>类别名称 {} 过长或含有不可显示的字符</translation>
    </message>
    <message>
        <source>class name {} begins or ends with a space</source>
        <translation>类别名称 {} 以空格开头或结尾</translation>
    </message>
    <message>
        <source>two classes are called {}</source>
        <translation>有两个类别名为 {}</translation>
    </message>
    <message>
        <source>the regular expression is empty</source>
        <translation>正则表达式为空</translation>
    </message>
    <message>
        <source>the regular expression is too long</source>
        <translation>正则表达式过长</translation>
    </message>
    <message>
        <source>the regular expression is wrong: {}</source>
        <translation>正则表达式有误：{}</translation>
    </message>
    <message>
        <source>the regular expression takes too long</source>
        <translation>正则表达式用时过长</translation>
    </message>
    <message>
        <source>the shares of validation and test images are not between 0 and 1</source>
        <translation>验证图像和测试图像的比例不在 0 与 1 之间</translation>
    </message>
    <message>
        <source>validation and test images are more than all images together</source>
        <translation>验证图像和测试图像超过了图像总数</translation>
    </message>
    <message>
        <source>{}.</source>
        <translation>{}。</translation>
    </message>
    <message>
        <source>{}. {}</source>
        <translation>{}。{}</translation>
    </message>
    <message>
        <source>it has a mask already; replace it to import this one</source>
        <translation>已有掩膜；要导入此掩膜请选择替换</translation>
    </message>
    <message>
        <source>{} images of the project could be meant: {}</source>
        <translation>可能对应项目中的 {} 张图像：{}</translation>
    </message>
    <message>
        <source>{} has the same mask name, and came first</source>
        <translation>{} 的掩膜同名，且排在前面</translation>
    </message>
    <message>
        <source>its rows are not numbered 1, 2, 3, ...</source>
        <translation>各行没有按 1, 2, 3, ... 编号</translation>
    </message>
    <message>
        <source>Its first column counts from 1</source>
        <translation>第一列从 1 开始计数</translation>
    </message>
    <message>
        <source>its values, 0 to {}, look like class indices, not like dark and light</source>
        <translation>其值 0 至 {} 像是类别编号，不像深浅两色</translation>
    </message>
    <message>
        <source>Leave --positive out, or save the object as 255</source>
        <translation>请去掉 --positive，或将目标保存为 255</translation>
    </message>
    <message>
        <source>a mask is no text</source>
        <translation>某个掩膜不是文本</translation>
    </message>
    <message>
        <source>a mask is larger unpacked than its image</source>
        <translation>某个掩膜解压后大于其图像</translation>
    </message>
    <message>
        <source>a mask is no PNG file</source>
        <translation>某个掩膜不是 PNG 文件</translation>
    </message>
    <message>
        <source>a mask is no base64 text</source>
        <translation>某个掩膜不是 base64 文本</translation>
    </message>
    <message>
        <source>a mask is not packed by zlib</source>
        <translation>某个掩膜未用 zlib 压缩</translation>
    </message>
    <message>
        <source>a mask has {} pixels, more than its image</source>
        <translation>某个掩膜有 {} 个像素，多于其图像</translation>
    </message>
    <message>
        <source>a brush stroke has no run-length code</source>
        <translation>某个笔触没有行程编码</translation>
    </message>
    <message>
        <source>a run-length code does not hold {} x {} pixels</source>
        <translation>某个行程编码不足 {} x {} 像素</translation>
    </message>
    <message>
        <source>a run-length code holds something else than bytes</source>
        <translation>某个行程编码含有字节以外的内容</translation>
    </message>
    <message>
        <source>a run-length code counts more pixels than its image has</source>
        <translation>某个行程编码的像素数多于其图像</translation>
    </message>
    <message>
        <source>a run-length code ends too early</source>
        <translation>某个行程编码过早结束</translation>
    </message>
    <message>
        <source>there is no list of image and mask pairs</source>
        <translation>没有图像与掩膜的配对列表</translation>
    </message>
    <message>
        <source>It needs train.txt with lines like &quot;train/a.png trainannot/a.png&quot;</source>
        <translation>需要 train.txt，各行形如 &quot;train/a.png trainannot/a.png&quot;</translation>
    </message>
    <message>
        <source>the lists name no files that are here; {}</source>
        <translation>列表中的文件都不在此处；{}</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>内容为空</translation>
    </message>
    <message>
        <source>The paths in the lists are relative to the folder that holds the lists</source>
        <translation>列表中的路径相对于列表所在的文件夹</translation>
    </message>
    <message>
        <source>this is not a Cityscapes folder</source>
        <translation>这不是 Cityscapes 文件夹</translation>
    </message>
    <message>
        <source>It needs the folders leftImg8bit and gtFine</source>
        <translation>需要文件夹 leftImg8bit 和 gtFine</translation>
    </message>
    <message>
        <source>no image has a mask *_{}_{}</source>
        <translation>没有图像带有掩膜 *_{}_{}</translation>
    </message>
    <message>
        <source>Unpack gtFine_trainvaltest.zip beside leftImg8bit_trainvaltest.zip, or choose between --format cityscapes and --format cityscapes-34</source>
        <translation>请将 gtFine_trainvaltest.zip 解压到 leftImg8bit_trainvaltest.zip 旁，或在 --format cityscapes 与 --format cityscapes-34 之间选择</translation>
    </message>
    <message>
        <source>an object has no polygon</source>
        <translation>某个对象没有多边形</translation>
    </message>
    <message>
        <source>a polygon has points that are none, or far off: {}</source>
        <translation>某个多边形的点无效或过远：{}</translation>
    </message>
    <message>
        <source>it is for {} pixels, but its image has {} x {}</source>
        <translation>它对应 {} 像素，而其图像为 {} x {}</translation>
    </message>
    <message>
        <source>it has no list objects</source>
        <translation>没有列表 objects</translation>
    </message>
    <message>
        <source>Correct the object, or take it out</source>
        <translation>请修正该对象，或将其删除</translation>
    </message>
    <message>
        <source>an object is none</source>
        <translation>某个对象无效</translation>
    </message>
    <message>
        <source>it has more than {} points</source>
        <translation>超过 {} 个点</translation>
    </message>
    <message>
        <source>colour {} is out of range</source>
        <translation>颜色 {} 超出范围</translation>
    </message>
    <message>
        <source>the class names cannot be read ({})</source>
        <translation>无法读取类别名称（{}）</translation>
    </message>
    <message>
        <source>It needs one name a line</source>
        <translation>需要每行一个名称</translation>
    </message>
    <message>
        <source>Each line reads name:red,green,blue::</source>
        <translation>每行的形式为 名称:红,绿,蓝::</translation>
    </message>
    <message>
        <source>a line reads {}</source>
        <translation>某一行为 {}</translation>
    </message>
    <message>
        <source>there is no COCO file</source>
        <translation>没有 COCO 文件</translation>
    </message>
    <message>
        <source>It needs annotations/instances_train2017.json, or train/_annotations.coco.json</source>
        <translation>需要 annotations/instances_train2017.json 或 train/_annotations.coco.json</translation>
    </message>
    <message>
        <source>info.{} is no name</source>
        <translation>info.{} 不是名称</translation>
    </message>
    <message>
        <source>Remove it</source>
        <translation>请将其移除</translation>
    </message>
    <message>
        <source>{}: its iscrowd is neither 0 nor 1</source>
        <translation>{}：其 iscrowd 既不是 0 也不是 1</translation>
    </message>
    <message>
        <source>Correct the annotation, or take it out</source>
        <translation>请修正该标注，或将其删除</translation>
    </message>
    <message>
        <source>{}: there is no category {}</source>
        <translation>{}：没有类别 {}</translation>
    </message>
    <message>
        <source>it has a box at most, and no outline</source>
        <translation>最多只有一个框，没有轮廓</translation>
    </message>
    <message>
        <source>it is not a COCO file: {}</source>
        <translation>这不是 COCO 文件：{}</translation>
    </message>
    <message>
        <source>Export it again from its source</source>
        <translation>请从来源重新导出</translation>
    </message>
    <message>
        <source>none of the images that {} lists is here{}</source>
        <translation>{} 所列的图像都不在此处{}</translation>
    </message>
    <message>
        <source>Put the images beside annotations, into a folder named as the JSON file is: train2017 for instances_train2017.json</source>
        <translation>请将图像放在 annotations 旁与 JSON 文件同名的文件夹中：instances_train2017.json 对应 train2017</translation>
    </message>
    <message>
        <source>an annotation is no object</source>
        <translation>某个标注不是对象</translation>
    </message>
    <message>
        <source>it has no list {}</source>
        <translation>没有列表 {}</translation>
    </message>
    <message>
        <source>it has other categories than {}</source>
        <translation>其类别与 {} 不同</translation>
    </message>
    <message>
        <source>Bring the files to one list of categories, or read them one by one</source>
        <translation>请统一各文件的类别列表，或逐个读取</translation>
    </message>
    <message>
        <source>its categories cannot be classes: {}</source>
        <translation>其类别无法使用：{}</translation>
    </message>
    <message>
        <source>Rename them in the file</source>
        <translation>请在文件中重命名</translation>
    </message>
    <message>
        <source>{}[{}] is not an object</source>
        <translation>{}[{}] 不是对象</translation>
    </message>
    <message>
        <source>a category lacks its id or its name</source>
        <translation>某个类别缺少 id 或名称</translation>
    </message>
    <message>
        <source>two categories have the id {}</source>
        <translation>有两个类别的 id 为 {}</translation>
    </message>
    <message>
        <source>a segmentation is neither a list of polygons nor a run-length code</source>
        <translation>某个分割既不是多边形列表也不是行程编码</translation>
    </message>
    <message>
        <source>a run-length code is of the size {}, not [{}, {}]</source>
        <translation>某个行程编码的尺寸为 {}，而不是 [{}, {}]</translation>
    </message>
    <message>
        <source>a run-length code holds a negative count</source>
        <translation>某个行程编码含有负数</translation>
    </message>
    <message>
        <source>a run-length code does not count {} x {} pixels</source>
        <translation>某个行程编码不足 {} x {} 像素</translation>
    </message>
    <message>
        <source>a polygon is not a list x0, y0, x1, y1, ... of numbers</source>
        <translation>某个多边形不是数字列表 x0, y0, x1, y1, ...</translation>
    </message>
    <message>
        <source>a polygon has fewer than three points</source>
        <translation>某个多边形少于三个点</translation>
    </message>
    <message>
        <source>a polygon is too long</source>
        <translation>某个多边形过长</translation>
    </message>
    <message>
        <source>a run-length code holds characters that are none of its own</source>
        <translation>某个行程编码含有不属于它的字符</translation>
    </message>
    <message>
        <source>a run-length code ends in the middle of a count</source>
        <translation>某个行程编码在计数中途结束</translation>
    </message>
    <message>
        <source>a run-length code holds a count that is out of range</source>
        <translation>某个行程编码的计数超出范围</translation>
    </message>
    <message>
        <source>the counts of a run-length code are neither a list nor a string</source>
        <translation>某个行程编码的计数既不是列表也不是字符串</translation>
    </message>
    <message>
        <source>a polygon has points far outside of its image</source>
        <translation>某个多边形有远在图像之外的点</translation>
    </message>
    <message>
        <source>these are not COCO&apos;s panoptic files</source>
        <translation>这不是 COCO 全景分割文件</translation>
    </message>
    <message>
        <source>It needs annotations/panoptic_train2017.json and the folder of PNG files of the same name</source>
        <translation>需要 annotations/panoptic_train2017.json 以及同名的 PNG 文件夹</translation>
    </message>
    <message>
        <source>it holds the segment {}, which the JSON file does not have</source>
        <translation>含有分割块 {}，而 JSON 文件中没有</translation>
    </message>
    <message>
        <source>Bring back the PNG and the JSON file that belong together</source>
        <translation>请恢复相互对应的 PNG 和 JSON 文件</translation>
    </message>
    <message>
        <source>the JSON file is wrong about it: {}</source>
        <translation>JSON 文件中的相关内容有误：{}</translation>
    </message>
    <message>
        <source>Correct its segments_info</source>
        <translation>请修正其 segments_info</translation>
    </message>
    <message>
        <source>no pixel map belongs to an image</source>
        <translation>没有与图像对应的像素图</translation>
    </message>
    <message>
        <source>It needs images/train2017/a.jpg and annotations/train2017/a.png</source>
        <translation>需要 images/train2017/a.jpg 和 annotations/train2017/a.png</translation>
    </message>
    <message>
        <source>Its lines read &quot;0: unlabeled&quot;, &quot;1: person&quot; and so on, without gaps</source>
        <translation>各行形如 &quot;0: unlabeled&quot;、&quot;1: person&quot; 等，中间不能有空缺</translation>
    </message>
    <message>
        <source>this is a colour picture ({}{}), and nothing says which colour is which class</source>
        <translation>这是彩色图片（{}{}），没有说明哪种颜色代表哪个类别</translation>
    </message>
    <message>
        <source>Write {} beside the folders with a line for each class: cell:230,159,0::</source>
        <translation>请在文件夹旁写一个 {}，每个类别一行：cell:230,159,0::</translation>
    </message>
    <message>
        <source>this is a colour picture, and its {} colours are too many for classes</source>
        <translation>这是彩色图片，其 {} 种颜色作为类别过多</translation>
    </message>
    <message>
        <source>Save the mask as PNG, without smoothing and not by way of JPEG</source>
        <translation>请将掩膜保存为 PNG，不要平滑，也不要经过 JPEG</translation>
    </message>
    <message>
        <source>it has colours that {} does not name: {}{}</source>
        <translation>含有 {} 未列出的颜色：{}{}</translation>
    </message>
    <message>
        <source>Give every colour a line in {}, such as: cell:230,159,0::</source>
        <translation>请在 {} 中为每种颜色写一行，例如：cell:230,159,0::</translation>
    </message>
    <message>
        <source>there is no shape {}</source>
        <translation>没有形状 {}</translation>
    </message>
    <message>
        <source>there is no annotations.xml</source>
        <translation>没有 annotations.xml</translation>
    </message>
    <message>
        <source>Unpack CVAT&apos;s export here</source>
        <translation>请在此处解压 CVAT 的导出文件</translation>
    </message>
    <message>
        <source>it declares a document type, which a file of CVAT&apos;s never does</source>
        <translation>它声明了文档类型，而 CVAT 的文件从不如此</translation>
    </message>
    <message>
        <source>its shapes are larger than {} MiB</source>
        <translation>其形状大于 {} MiB</translation>
    </message>
    <message>
        <source>the {} of a {} is out of range</source>
        <translation>{}（{}）超出范围</translation>
    </message>
    <message>
        <source>it is no XML that can be read ({})</source>
        <translation>不是可读取的 XML（{}）</translation>
    </message>
    <message>
        <source>Export it again from CVAT</source>
        <translation>请从 CVAT 重新导出</translation>
    </message>
    <message>
        <source>the image {} has no size</source>
        <translation>图像 {} 没有尺寸</translation>
    </message>
    <message>
        <source>Export it again</source>
        <translation>请重新导出</translation>
    </message>
    <message>
        <source>Correct the shape in CVAT</source>
        <translation>请在 CVAT 中修正该形状</translation>
    </message>
    <message>
        <source>a mask of {} x {} pixels is larger than its image</source>
        <translation>{} x {} 像素的掩膜大于其图像</translation>
    </message>
    <message>
        <source>the {} of a {} is no number</source>
        <translation>{}（{}）不是数字</translation>
    </message>
    <message>
        <source>a run-length code holds something else than counts</source>
        <translation>某个行程编码含有计数以外的内容</translation>
    </message>
    <message>
        <source>a polygon has points that are no numbers</source>
        <translation>某个多边形的点不是数字</translation>
    </message>
    <message>
        <source>whose image is not in {}</source>
        <translation>其图像不在 {} 中</translation>
    </message>
    <message>
        <source>this is not CVAT&apos;s export of segmentation masks</source>
        <translation>这不是 CVAT 的分割掩膜导出</translation>
    </message>
    <message>
        <source>It needs {}, {}, {} and {}</source>
        <translation>需要 {}、{}、{} 和 {}</translation>
    </message>
    <message>
        <source>which fits several images of one stem in {}</source>
        <translation>与 {} 中多张同名图像对应</translation>
    </message>
    <message>
        <source>which names no image</source>
        <translation>没有指明图像</translation>
    </message>
    <message>
        <source>there is no annotation type {}</source>
        <translation>没有标注类型 {}</translation>
    </message>
    <message>
        <source>there is no JSON file of Datumaro&apos;s</source>
        <translation>没有 Datumaro 的 JSON 文件</translation>
    </message>
    <message>
        <source>it names no classes</source>
        <translation>没有列出类别</translation>
    </message>
    <message>
        <source>Export it again with Datumaro</source>
        <translation>请用 Datumaro 重新导出</translation>
    </message>
    <message>
        <source>the z_order of a shape is no number: {}</source>
        <translation>某个形状的 z_order 不是数字：{}</translation>
    </message>
    <message>
        <source>a shape has no corners, or such as are no numbers</source>
        <translation>某个形状没有顶点，或顶点不是数字</translation>
    </message>
    <message>
        <source>it has other classes than {}</source>
        <translation>其类别与 {} 不同</translation>
    </message>
    <message>
        <source>Merge the subsets with Datumaro first</source>
        <translation>请先用 Datumaro 合并各子集</translation>
    </message>
    <message>
        <source>its categories are wrong</source>
        <translation>其类别有误</translation>
    </message>
    <message>
        <source>Correct the annotation</source>
        <translation>请修正该标注</translation>
    </message>
    <message>
        <source>its masks hold {} values, and there can be {} classes</source>
        <translation>其掩膜含有 {} 个值，而类别最多 {} 个</translation>
    </message>
    <message>
        <source>If they number objects, save the classes of the objects instead</source>
        <translation>若这些值是对象编号，请改为保存对象的类别</translation>
    </message>
    <message>
        <source>it holds values outside 0 to 65535</source>
        <translation>含有 0 至 65535 以外的值</translation>
    </message>
    <message>
        <source>Save the mask as 16-bit grey PNG</source>
        <translation>请将掩膜保存为 16 位灰度 PNG</translation>
    </message>
    <message>
        <source>Add a line to {} for each value</source>
        <translation>请在 {} 中为每个值添加一行</translation>
    </message>
    <message>
        <source>it cannot be used: {}</source>
        <translation>无法使用：{}</translation>
    </message>
    <message>
        <source>Give each value a name of its own</source>
        <translation>请为每个值取各自的名称</translation>
    </message>
    <message>
        <source>the line {} is wrong</source>
        <translation>{} 行有误</translation>
    </message>
    <message>
        <source>Each line reads &quot;1004 road&quot;</source>
        <translation>每行形如 &quot;1004 road&quot;</translation>
    </message>
    <message>
        <source>the value {} stands twice</source>
        <translation>值 {} 出现两次</translation>
    </message>
    <message>
        <source>Keep one line of it</source>
        <translation>请只保留其中一行</translation>
    </message>
    <message>
        <source>this is a colour picture, not a mask of values</source>
        <translation>这是彩色图片，不是数值掩膜</translation>
    </message>
    <message>
        <source>Save the mask with one value per pixel: as 16-bit grey PNG</source>
        <translation>请将掩膜保存为每个像素一个值：16 位灰度 PNG</translation>
    </message>
    <message>
        <source>Known are: {}</source>
        <translation>可用的有：{}</translation>
    </message>
    <message>
        <source>the format {} does not tell objects apart</source>
        <translation>格式 {} 不区分对象</translation>
    </message>
    <message>
        <source>Use {}</source>
        <translation>请使用 {}</translation>
    </message>
    <message>
        <source>no image has a mask yet, so there is nothing to export</source>
        <translation>还没有图像带有掩膜，没有可导出的内容</translation>
    </message>
    <message>
        <source>Paint some labels or run a model first</source>
        <translation>请先绘制一些标注或运行模型</translation>
    </message>
    <message>
        <source>the split of {} is {}</source>
        <translation>{} 的划分为 {}</translation>
    </message>
    <message>
        <source>Make it {}, {} or {} in project.json</source>
        <translation>请在 project.json 中改为 {}、{} 或 {}</translation>
    </message>
    <message>
        <source>whose image {} is not here</source>
        <translation>其图像 {} 不在此处</translation>
    </message>
    <message>
        <source>whose image {} is not inside {}</source>
        <translation>其图像 {} 不在 {} 内</translation>
    </message>
    <message>
        <source>whose image may be one of {} called {}</source>
        <translation>其图像可能是 {} 张名为 {} 的图像之一</translation>
    </message>
    <message>
        <source>no labels with their image were found{}</source>
        <translation>没有找到带图像的标注{}</translation>
    </message>
    <message>
        <source>there are no Parquet files</source>
        <translation>没有 Parquet 文件</translation>
    </message>
    <message>
        <source>It needs data/train-00000-of-00001.parquet</source>
        <translation>需要 data/train-00000-of-00001.parquet</translation>
    </message>
    <message>
        <source>it has the columns {}, and not one of images and one of masks</source>
        <translation>其列为 {}，而不是一列图像和一列掩膜</translation>
    </message>
    <message>
        <source>Name them {} and {}</source>
        <translation>请将它们命名为 {} 和 {}</translation>
    </message>
    <message>
        <source>it reads back differently</source>
        <translation>读回的内容不同</translation>
    </message>
    <message>
        <source>Export again to another disk</source>
        <translation>请重新导出到其他磁盘</translation>
    </message>
    <message>
        <source>Parquet files need pyarrow, which is not installed</source>
        <translation>Parquet 文件需要 pyarrow，但尚未安装</translation>
    </message>
    <message>
        <source>Install it with: pip install &apos;segstudio[huggingface]&apos;</source>
        <translation>请用以下命令安装：pip install &apos;segstudio[huggingface]&apos;</translation>
    </message>
    <message>
        <source>Download it again</source>
        <translation>请重新下载</translation>
    </message>
    <message>
        <source>this is no Parquet file</source>
        <translation>这不是 Parquet 文件</translation>
    </message>
    <message>
        <source>its numbers have gaps</source>
        <translation>其编号有空缺</translation>
    </message>
    <message>
        <source>It reads {&quot;0&quot;: &quot;background&quot;, &quot;1&quot;: &quot;cell&quot;}</source>
        <translation>其形式为 {&quot;0&quot;: &quot;background&quot;, &quot;1&quot;: &quot;cell&quot;}</translation>
    </message>
    <message>
        <source>its labels have {} x {} pixels, the image has {} x {}</source>
        <translation>其标注为 {} x {} 像素，图像为 {} x {} 像素</translation>
    </message>
    <message>
        <source>a file of this name is there already</source>
        <translation>已有同名文件</translation>
    </message>
    <message>
        <source>Rename one of them</source>
        <translation>请将其中一个重命名</translation>
    </message>
    <message>
        <source>there is no class {} in these labels</source>
        <translation>这些标注中没有类别 {}</translation>
    </message>
    <message>
        <source>Their classes are: {}</source>
        <translation>其类别为：{}</translation>
    </message>
    <message>
        <source>its classes cannot be taken over: {}</source>
        <translation>其类别无法沿用：{}</translation>
    </message>
    <message>
        <source>Map some of them</source>
        <translation>请为其中一些指定对应类别</translation>
    </message>
    <message>
        <source>it holds no JSON object</source>
        <translation>其中没有 JSON 对象</translation>
    </message>
    <message>
        <source>it is larger than {} MiB</source>
        <translation>大于 {} MiB</translation>
    </message>
    <message>
        <source>something follows after its end</source>
        <translation>结尾之后还有内容</translation>
    </message>
    <message>
        <source>{} is missing at byte {}</source>
        <translation>缺少 {}（第 {} 字节）</translation>
    </message>
    <message>
        <source>an entry is larger than {} MiB</source>
        <translation>某个条目大于 {} MiB</translation>
    </message>
    <message>
        <source>the key {} stands twice or is none</source>
        <translation>键 {} 出现两次或无效</translation>
    </message>
    <message>
        <source>it is nested too deeply</source>
        <translation>嵌套过深</translation>
    </message>
    <message>
        <source>{} at byte {}</source>
        <translation>{}（第 {} 字节）</translation>
    </message>
    <message>
        <source>there is no shape type {}</source>
        <translation>没有形状类型 {}</translation>
    </message>
    <message>
        <source>it holds no shapes</source>
        <translation>没有形状</translation>
    </message>
    <message>
        <source>Save the image again in its program</source>
        <translation>请在其程序中重新保存该图像</translation>
    </message>
    <message>
        <source>the class names cannot be read</source>
        <translation>无法读取类别名称</translation>
    </message>
    <message>
        <source>Save it as UTF-8 text</source>
        <translation>请保存为 UTF-8 文本</translation>
    </message>
    <message>
        <source>Correct the shape and save again</source>
        <translation>请修正该形状并重新保存</translation>
    </message>
    <message>
        <source>a shape is no object</source>
        <translation>某个形状不是对象</translation>
    </message>
    <message>
        <source>there is no list of tasks</source>
        <translation>没有任务列表</translation>
    </message>
    <message>
        <source>Export as JSON from Label Studio</source>
        <translation>请从 Label Studio 导出为 JSON</translation>
    </message>
    <message>
        <source>which has no annotations</source>
        <translation>没有标注</translation>
    </message>
    <message>
        <source>which nobody annotated</source>
        <translation>无人标注</translation>
    </message>
    <message>
        <source>it declares a document type</source>
        <translation>它声明了文档类型</translation>
    </message>
    <message>
        <source>a turned box or ellipse cannot be read</source>
        <translation>无法读取旋转的框或椭圆</translation>
    </message>
    <message>
        <source>a shape has no {}</source>
        <translation>某个形状没有 {}</translation>
    </message>
    <message>
        <source>it is too large</source>
        <translation>过大</translation>
    </message>
    <message>
        <source>Copy the labelling interface again</source>
        <translation>请重新复制标注界面</translation>
    </message>
    <message>
        <source>its shapes are for several sizes</source>
        <translation>其形状对应多种尺寸</translation>
    </message>
    <message>
        <source>Correct the task in Label Studio</source>
        <translation>请在 Label Studio 中修正该任务</translation>
    </message>
    <message>
        <source>it was labelled on a turned image</source>
        <translation>它是在旋转后的图像上标注的</translation>
    </message>
    <message>
        <source>{} and {}: one is a file and one is a folder</source>
        <translation>{} 和 {}：一个是文件，一个是文件夹</translation>
    </message>
    <message>
        <source>Give two masks, or two folders of masks</source>
        <translation>请给出两个掩膜，或两个掩膜文件夹</translation>
    </message>
    <message>
        <source>{}: there are no masks in this folder</source>
        <translation>{}：此文件夹中没有掩膜</translation>
    </message>
    <message>
        <source>{}: {} could both be its truth</source>
        <translation>{}：{} 都可能是其真值</translation>
    </message>
    <message>
        <source>Give the truth the name of the prediction</source>
        <translation>请让真值与预测同名</translation>
    </message>
    <message>
        <source>{}: there is no such file or folder</source>
        <translation>{}：没有此文件或文件夹</translation>
    </message>
    <message>
        <source>{}: {} holds no truth of that name</source>
        <translation>{}：{} 中没有同名的真值</translation>
    </message>
    <message>
        <source>Compare folders whose masks have the same names</source>
        <translation>请比较掩膜同名的文件夹</translation>
    </message>
    <message>
        <source>{}: this folder cannot be read ({})</source>
        <translation>{}：无法读取此文件夹（{}）</translation>
    </message>
    <message>
        <source>there are no images with arrays beside them</source>
        <translation>没有带数组的图像</translation>
    </message>
    <message>
        <source>its format {} is not known</source>
        <translation>未知的格式 {}</translation>
    </message>
    <message>
        <source>it holds Python objects, which are never loaded</source>
        <translation>含有 Python 对象，这类内容从不载入</translation>
    </message>
    <message>
        <source>it holds {} numbers, and class indices are integers</source>
        <translation>含有 {} 数值，而类别编号应为整数</translation>
    </message>
    <message>
        <source>its shape is {}, and masks are (H, W)</source>
        <translation>其形状为 {}，而掩膜应为 (H, W)</translation>
    </message>
    <message>
        <source>it is shorter than its shape says</source>
        <translation>比其形状所示的短</translation>
    </message>
    <message>
        <source>it is larger unpacked than an array of its image&apos;s size</source>
        <translation>解压后大于与其图像同尺寸的数组</translation>
    </message>
    <message>
        <source>Save it with numpy.save, as (H, W) integers</source>
        <translation>请用 numpy.save 保存为 (H, W) 整数数组</translation>
    </message>
    <message>
        <source>it holds several arrays, and none is called mask</source>
        <translation>含有多个数组，且没有名为 mask 的</translation>
    </message>
    <message>
        <source>it holds no array</source>
        <translation>没有数组</translation>
    </message>
    <message>
        <source>there is no such folder</source>
        <translation>没有此文件夹</translation>
    </message>
    <message>
        <source>there are no labels in this folder</source>
        <translation>此文件夹中没有标注</translation>
    </message>
    <message>
        <source>Choose a project, a label set, or a folder of masks named as the images are</source>
        <translation>请选择项目、标注集，或与图像同名的掩膜文件夹</translation>
    </message>
    <message>
        <source>this is not the layout of the Oxford-IIIT Pet data set</source>
        <translation>这不是 Oxford-IIIT Pet 数据集的结构</translation>
    </message>
    <message>
        <source>It needs the folders images and annotations/trimaps</source>
        <translation>需要文件夹 images 和 annotations/trimaps</translation>
    </message>
    <message>
        <source>no trimap belongs to an image</source>
        <translation>没有与图像对应的 trimap</translation>
    </message>
    <message>
        <source>Unpack images.tar.gz and annotations.tar.gz into this folder</source>
        <translation>请将 images.tar.gz 和 annotations.tar.gz 解压到此文件夹</translation>
    </message>
    <message>
        <source>none of the images in the lists is here</source>
        <translation>列表中的图像都不在此处</translation>
    </message>
    <message>
        <source>Put the images into the folder images, or remove the lists</source>
        <translation>请将图像放入文件夹 images，或移除列表</translation>
    </message>
    <message>
        <source>there are no images with masks beside them</source>
        <translation>没有带掩膜的图像</translation>
    </message>
    <message>
        <source>It needs the folders images and masks, or files like a.jpg and a_mask.png</source>
        <translation>需要文件夹 images 和 masks，或形如 a.jpg 与 a_mask.png 的文件</translation>
    </message>
    <message>
        <source>Give each mask the name of its image: masks/a.png for images/a.jpg</source>
        <translation>请让每个掩膜与其图像同名：images/a.jpg 对应 masks/a.png</translation>
    </message>
    <message>
        <source>none of the names in the lists is that of an image with a mask</source>
        <translation>列表中的名称都没有对应带掩膜的图像</translation>
    </message>
    <message>
        <source>It needs one image name a line, or remove the lists</source>
        <translation>需要每行一个图像名称，或移除列表</translation>
    </message>
    <message>
        <source>Correct the mask, or name all classes in {}</source>
        <translation>请修正掩膜，或在 {} 中列出所有类别</translation>
    </message>
    <message>
        <source>{} defines what the values of its masks mean</source>
        <translation>{} 已定义其掩膜中各值的含义</translation>
    </message>
    <message>
        <source>Leave --positive out</source>
        <translation>请去掉 --positive</translation>
    </message>
    <message>
        <source>this list of images cannot be read</source>
        <translation>无法读取此图像列表</translation>
    </message>
    <message>
        <source>nothing says which colour is which class</source>
        <translation>没有说明哪种颜色代表哪个类别</translation>
    </message>
    <message>
        <source>Write {} with a line for each class: cell:230,159,0::</source>
        <translation>请写一个 {}，每个类别一行：cell:230,159,0::</translation>
    </message>
    <message>
        <source>Each line reads &quot;name,red,green,blue&quot;</source>
        <translation>每行的形式为 &quot;名称,红,绿,蓝&quot;</translation>
    </message>
    <message>
        <source>the colour {} is out of range</source>
        <translation>颜色 {} 超出范围</translation>
    </message>
    <message>
        <source>a run-length code counts more than {} x {} pixels</source>
        <translation>某个行程编码超过 {} x {} 像素</translation>
    </message>
    <message>
        <source>{} is not the name of a file</source>
        <translation>{} 不是文件名</translation>
    </message>
    <message>
        <source>{} is not inside {}</source>
        <translation>{} 不在 {} 内</translation>
    </message>
    <message>
        <source>this is not a project</source>
        <translation>这不是项目</translation>
    </message>
    <message>
        <source>Open the folder once with segstudio</source>
        <translation>请先用 segstudio 打开一次该文件夹</translation>
    </message>
    <message>
        <source>no image of this project has a mask yet</source>
        <translation>此项目还没有带掩膜的图像</translation>
    </message>
    <message>
        <source>Paint some labels, or run a model and save its masks</source>
        <translation>请绘制一些标注，或运行模型并保存其掩膜</translation>
    </message>
    <message>
        <source>it was removed</source>
        <translation>它已被移除</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>请重新开始</translation>
    </message>
    <message>
        <source>all labelled images are flagged, and those do not train</source>
        <translation>所有已标注的图像都为待复查，因此不用于训练</translation>
    </message>
    <message>
        <source>Look at {} in segstudio and take its flag away</source>
        <translation>请在 segstudio 中查看 {} 并取消其待复查标记</translation>
    </message>
    <message>
        <source>none of the images that judge a model is approved yet</source>
        <translation>用于评估的图像都还没有通过审核</translation>
    </message>
    <message>
        <source>Look at {} in segstudio and approve it</source>
        <translation>请在 segstudio 中查看 {} 并审核通过</translation>
    </message>
    <message>
        <source>it has {} x {} pixels, but {} {}</source>
        <translation>为 {} x {} 像素，而 {} 为 {}</translation>
    </message>
    <message>
        <source>the {} of a shape is no text: {}</source>
        <translation>某个形状的 {} 不是文本：{}</translation>
    </message>
    <message>
        <source>a shape has an outline that is longer than any in its image</source>
        <translation>某个形状的轮廓比图像中可能的更长</translation>
    </message>
    <message>
        <source>a shape has a corner far outside of its image, at {}, {}</source>
        <translation>某个形状有远在图像之外的顶点，位于 {}, {}</translation>
    </message>
    <message>
        <source>a shape has fewer than {} points</source>
        <translation>某个形状少于 {} 个点</translation>
    </message>
    <message>
        <source>a shape has {} points</source>
        <translation>某个形状有 {} 个点</translation>
    </message>
    <message>
        <source>a mask lies outside of its image</source>
        <translation>某个掩膜在图像之外</translation>
    </message>
    <message>
        <source>its labels cannot be classes: {}</source>
        <translation>其标签无法用作类别：{}</translation>
    </message>
    <message>
        <source>a shape has a point that is no pair of numbers: {}</source>
        <translation>某个形状的点不是一对数字：{}</translation>
    </message>
    <message>
        <source>this is no folder, ZIP archive, JSON or XML file</source>
        <translation>这不是文件夹、ZIP 压缩包、JSON 或 XML 文件</translation>
    </message>
    <message>
        <source>Name the folder it lies in</source>
        <translation>请指明它所在的文件夹</translation>
    </message>
    <message>
        <source>there is no geometry type {}</source>
        <translation>没有几何类型 {}</translation>
    </message>
    <message>
        <source>this is not a project of Supervisely&apos;s</source>
        <translation>这不是 Supervisely 项目</translation>
    </message>
    <message>
        <source>a class has no title</source>
        <translation>某个类别没有标题</translation>
    </message>
    <message>
        <source>Correct the object and export again</source>
        <translation>请修正该对象并重新导出</translation>
    </message>
    <message>
        <source>a bitmap has no data</source>
        <translation>某个位图没有数据</translation>
    </message>
    <message>
        <source>this export was stopped before it was finished</source>
        <translation>此导出在完成之前被停止</translation>
    </message>
    <message>
        <source>Export again into a new folder, or remove {} to use what is there</source>
        <translation>请重新导出到新文件夹，或移除 {} 以使用现有内容</translation>
    </message>
    <message>
        <source>there is no format {}</source>
        <translation>没有格式 {}</translation>
    </message>
    <message>
        <source>no known label format was found in this folder</source>
        <translation>此文件夹中没有已知的标注格式</translation>
    </message>
    <message>
        <source>Put images into a folder images and masks of the same names into a folder masks; looked for: {}</source>
        <translation>请将图像放入文件夹 images，将同名掩膜放入文件夹 masks；已查找：{}</translation>
    </message>
    <message>
        <source>this folder holds a label set ({}) and a segstudio project</source>
        <translation>此文件夹中既有标注集（{}）又有 segstudio 项目</translation>
    </message>
    <message>
        <source>Say which one with --format {} or --format {}</source>
        <translation>请用 --format {} 或 --format {} 指明</translation>
    </message>
    <message>
        <source>this is a file</source>
        <translation>这是文件</translation>
    </message>
    <message>
        <source>Name the folder of the label set</source>
        <translation>请指明标注集的文件夹</translation>
    </message>
    <message>
        <source>there are no images with TIFF masks beside them</source>
        <translation>没有带 TIFF 掩膜的图像</translation>
    </message>
    <message>
        <source>It needs images/a.jpg and masks/a.tif</source>
        <translation>需要 images/a.jpg 和 masks/a.tif</translation>
    </message>
    <message>
        <source>it holds {} files, more than we unpack</source>
        <translation>含有 {} 个文件，超出解压上限</translation>
    </message>
    <message>
        <source>this archive cannot be read ({})</source>
        <translation>无法读取此压缩包（{}）</translation>
    </message>
    <message>
        <source>it is larger than the archive says</source>
        <translation>大于压缩包所示的大小</translation>
    </message>
    <message>
        <source>this is not a Pascal VOC folder</source>
        <translation>这不是 Pascal VOC 文件夹</translation>
    </message>
    <message>
        <source>It needs JPEGImages, SegmentationClass and ImageSets/Segmentation/train.txt</source>
        <translation>需要 JPEGImages、SegmentationClass 和 ImageSets/Segmentation/train.txt</translation>
    </message>
    <message>
        <source>the lists name no image with a mask; {}</source>
        <translation>列表中没有带掩膜的图像；{}</translation>
    </message>
    <message>
        <source>The lists hold the names of the files in {}, without suffix</source>
        <translation>列表中为 {} 中的文件名，不含后缀</translation>
    </message>
    <message>
        <source>this folder is not empty</source>
        <translation>此文件夹不是空的</translation>
    </message>
    <message>
        <source>Choose a new folder for the export</source>
        <translation>请为导出选择一个新文件夹</translation>
    </message>
    <message>
        <source>{} cannot be removed ({})</source>
        <translation>无法移除 {}（{}）</translation>
    </message>
    <message>
        <source>it cannot be copied</source>
        <translation>无法复制</translation>
    </message>
    <message>
        <source>its names cannot be classes: {}</source>
        <translation>其名称无法用作类别：{}</translation>
    </message>
    <message>
        <source>Its lines read &quot;0 0.1 0.1 0.9 0.1 0.5 0.9&quot;</source>
        <translation>各行形如 &quot;0 0.1 0.1 0.9 0.1 0.5 0.9&quot;</translation>
    </message>
    <message>
        <source>line {} is of class {}, but {} are named</source>
        <translation>第 {} 行属于类别 {}，但只列出了 {} 个</translation>
    </message>
    <message>
        <source>line {} is a box, not an outline</source>
        <translation>第 {} 行是框，不是轮廓</translation>
    </message>
    <message>
        <source>line {} is no polygon of three corners or more</source>
        <translation>第 {} 行不是至少三个顶点的多边形</translation>
    </message>
    <message>
        <source>line {} has corners far outside of the image</source>
        <translation>第 {} 行有远在图像之外的顶点</translation>
    </message>
    <message>
        <source>line {} holds something else than numbers</source>
        <translation>第 {} 行含有数字以外的内容</translation>
    </message>
    <message>
        <source>the folder images or {} is missing</source>
        <translation>缺少文件夹 images 或 {}</translation>
    </message>
    <message>
        <source>Put both beside data.yaml</source>
        <translation>请将二者放在 data.yaml 旁</translation>
    </message>
    <message>
        <source>It needs: masks_dir: masks</source>
        <translation>需要：masks_dir: masks</translation>
    </message>
    <message>
        <source>there is no data.yaml</source>
        <translation>没有 data.yaml</translation>
    </message>
    <message>
        <source>It names the classes: names: [cell, wall]</source>
        <translation>它列出类别：names: [cell, wall]</translation>
    </message>
    <message>
        <source>It needs: names: [cell, wall]</source>
        <translation>需要：names: [cell, wall]</translation>
    </message>
    <message>
        <source>it does not name the classes from 0 on</source>
        <translation>没有从 0 开始列出类别</translation>
    </message>
    <message>
        <source>it is too large for a list of classes</source>
        <translation>作为类别列表过大</translation>
    </message>
    <message>
        <source>Correct the file</source>
        <translation>请修正该文件</translation>
    </message>
    <message>
        <source>the key {} stands twice</source>
        <translation>键 {} 出现两次</translation>
    </message>
    <message>
        <source>it holds the value {}, which {} does not name</source>
        <translation>含有值 {}，而 {} 未列出</translation>
    </message>
    <message>
        <source>it holds the values {}, which {} does not name</source>
        <translation>含有值 {}，而 {} 未列出</translation>
    </message>
    <message>
        <source>it holds the value {}, but {} names {} classes</source>
        <translation>含有值 {}，但 {} 列出了 {} 个类别</translation>
    </message>
    <message>
        <source>it holds the values {}, but {} names {} classes</source>
        <translation>含有值 {}，但 {} 列出了 {} 个类别</translation>
    </message>
</context>
<context>
    <name>ErrorsDock</name>
    <message>
        <source>Likely label errors</source>
        <translation>疑似标注错误</translation>
    </message>
    <message>
        <source>How sure the model must be</source>
        <translation>模型的置信度要求</translation>
    </message>
    <message>
        <source>How sure the model must be to doubt a label</source>
        <translation>模型置信度达到多少才质疑标注</translation>
    </message>
    <message>
        <source>Take the model&apos;s class (A)</source>
        <translation>采用模型的类别 (A)</translation>
    </message>
    <message>
        <source>Keep the label (K)</source>
        <translation>保留标注 (K)</translation>
    </message>
    <message>
        <source>sure by</source>
        <translation>置信度至少</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Find likely errors</source>
        <translation>查找疑似错误</translation>
    </message>
    <message>
        <source>%d of %d images looked at</source>
        <translation>已查看 %d / %d 张图像</translation>
    </message>
    <message>
        <source>Running the model over what is labelled…</source>
        <translation>正在已标注的内容上运行模型…</translation>
    </message>
    <message>
        <source>%d regions where the model is sure of another class.</source>
        <translation>%d 个区域中，模型确信应为其他类别。</translation>
    </message>
    <message>
        <source>1 region where the model is sure of another class.</source>
        <translation>1 个区域中，模型确信应为其他类别。</translation>
    </message>
    <message>
        <source>Choose a model first: it is asked what it thinks of the labels.</source>
        <translation>请先选择模型：由它来判断标注是否可疑。</translation>
    </message>
    <message>
        <source>No image has labels that somebody looked at. Approve or correct some first.</source>
        <translation>没有经人查看过的标注。请先审核通过或修正一些图像。</translation>
    </message>
    <message>
        <source>No label is in doubt any more, in %d images.</source>
        <translation>不再有可疑的标注，共 %d 张图像。</translation>
    </message>
    <message>
        <source>The chosen model is run over all labels that somebody looked at. Regions where it is sure of another class are likely errors, the largest first.</source>
        <translation>在所有经人查看过的标注上运行所选模型。模型确信应为其他类别的区域很可能标错了，最大的排在最前。</translation>
    </message>
    <message>
        <source>Left out: %s</source>
        <translation>未包括：%s</translation>
    </message>
    <message>
        <source>%s px</source>
        <translation>%s 像素</translation>
    </message>
    <message>
        <source>%s: labelled %s, the model says %s</source>
        <translation>%s：标注为 %s，模型认为是 %s</translation>
    </message>
</context>
<context>
    <name>ExpertPage</name>
    <message>
        <source>Crop, height and width</source>
        <translation>裁剪块的高和宽</translation>
    </message>
    <message>
        <source>Batch, crops a step</source>
        <translation>批大小（每步裁剪块数）</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>损失函数</translation>
    </message>
    <message>
        <source>Class weights</source>
        <translation>类别权重</translation>
    </message>
    <message>
        <source>Weight of corrected pixels</source>
        <translation>修正像素的权重</translation>
    </message>
    <message>
        <source>Mirrored</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>Turned, degrees at most</source>
        <translation>旋转，最大角度</translation>
    </message>
    <message>
        <source>Size, smallest and largest</source>
        <translation>缩放，最小和最大</translation>
    </message>
    <message>
        <source>Learning rate falls</source>
        <translation>学习率下降方式</translation>
    </message>
    <message>
        <source>End after epochs without gain</source>
        <translation>连续多少轮无提升后结束</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Expert</source>
        <translation>专家设置</translation>
    </message>
    <message>
        <source>What is left empty, the trainer decides from your images</source>
        <translation>留空的项目由训练程序根据您的图像决定</translation>
    </message>
    <message>
        <source>decided for you (such as %s)</source>
        <translation>自动决定（例如 %s）</translation>
    </message>
    <message>
        <source>%s cannot be “%s”. Write it like %s, or leave it empty.</source>
        <translation>“%s”不能为“%s”。请按 %s 的形式填写，或留空。</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export labels</source>
        <translation>导出标注</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>A new folder, or an empty one</source>
        <translation>新文件夹或空文件夹</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Name a new folder</source>
        <translation>请指定一个新文件夹</translation>
    </message>
    <message>
        <source>How labels are kept: %s.</source>
        <translation>标注的保存方式：%s。</translation>
    </message>
    <message>
        <source>It may not hold every pixel; the format %s does.</source>
        <translation>可能无法保存每个像素；%s 格式可以。</translation>
    </message>
    <message>
        <source>Keeps every pixel, holes and single pixels too.</source>
        <translation>保存每个像素，包括孔洞和单个像素。</translation>
    </message>
</context>
<context>
    <name>FlickerView</name>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Old</source>
        <translation>旧</translation>
    </message>
    <message>
        <source>New</source>
        <translation>新</translation>
    </message>
    <message>
        <source>Truth</source>
        <translation>真值</translation>
    </message>
    <message>
        <source>Flicker</source>
        <translation>交替显示</translation>
    </message>
    <message>
        <source>Old, new and truth in turns: what changes, moves</source>
        <translation>依次显示旧、新和真值：有变化的地方会跳动</translation>
    </message>
    <message>
        <source>Show all of the image (double click)</source>
        <translation>显示整幅图像（双击）</translation>
    </message>
    <message>
        <source>Show it large (double click)</source>
        <translation>放大显示（双击）</translation>
    </message>
    <message>
        <source>The wheel zooms, the mouse drags</source>
        <translation>滚轮缩放，鼠标拖动</translation>
    </message>
    <message>
        <source>%s: %s pixels differ</source>
        <translation>%s：%s 个像素不同</translation>
    </message>
    <message>
        <source>Old and new model</source>
        <translation>旧模型与新模型</translation>
    </message>
</context>
<context>
    <name>ForecastView</name>
    <message>
        <source>mIoU</source>
        <translation>mIoU</translation>
    </message>
    <message>
        <source>images that trained</source>
        <translation>训练用图像数</translation>
    </message>
    <message>
        <source>How many images for a mean IoU of</source>
        <translation>达到此平均交并比 需要多少图像</translation>
    </message>
    <message>
        <source>A forecast needs three models, trained on different numbers of images.</source>
        <translation>预估需要三个模型，且各自训练所用的图像数不同。</translation>
    </message>
    <message>
        <source>Going by %d runs, more images alone are unlikely to reach it (%.0f %% chance).</source>
        <translation>从 %d 次训练看，仅靠增加图像不太可能达到（概率 %.0f %%）。</translation>
    </message>
    <message>
        <source>About %d more images, at least %d; there is a chance that no number is enough.</source>
        <translation>大约还需 %d 张图像，至少 %d 张；也可能无论多少都不够。</translation>
    </message>
    <message>
        <source>About %d more images (probably %d to %d).</source>
        <translation>大约还需 %d 张图像（可能 %d 至 %d 张）。</translation>
    </message>
    <message>
        <source>Counted from the %d that trained at most so far.</source>
        <translation>从目前训练最多用过的 %d 张算起。</translation>
    </message>
</context>
<context>
    <name>Formats</name>
    <message>
        <source>segstudio project</source>
        <translation>segstudio 项目</translation>
    </message>
    <message>
        <source>CVAT segmentation masks</source>
        <translation>CVAT 分割掩膜</translation>
    </message>
    <message>
        <source>Pascal VOC</source>
        <translation>Pascal VOC</translation>
    </message>
    <message>
        <source>CamVid lists</source>
        <translation>CamVid 列表</translation>
    </message>
    <message>
        <source>Oxford-IIIT Pet</source>
        <translation>Oxford-IIIT Pet</translation>
    </message>
    <message>
        <source>Cityscapes, 19 classes</source>
        <translation>Cityscapes，19 个类别</translation>
    </message>
    <message>
        <source>Cityscapes, 34 label ids</source>
        <translation>Cityscapes，34 个标签 id</translation>
    </message>
    <message>
        <source>COCO panoptic</source>
        <translation>COCO 全景分割</translation>
    </message>
    <message>
        <source>COCO-Stuff</source>
        <translation>COCO-Stuff</translation>
    </message>
    <message>
        <source>COCO instances</source>
        <translation>COCO 实例</translation>
    </message>
    <message>
        <source>YOLO masks</source>
        <translation>YOLO 掩膜</translation>
    </message>
    <message>
        <source>YOLO polygons</source>
        <translation>YOLO 多边形</translation>
    </message>
    <message>
        <source>ADE20K</source>
        <translation>ADE20K</translation>
    </message>
    <message>
        <source>CVAT for images</source>
        <translation>CVAT for images</translation>
    </message>
    <message>
        <source>Supervisely</source>
        <translation>Supervisely</translation>
    </message>
    <message>
        <source>Datumaro</source>
        <translation>Datumaro</translation>
    </message>
    <message>
        <source>Label Studio</source>
        <translation>Label Studio</translation>
    </message>
    <message>
        <source>X-AnyLabeling</source>
        <translation>X-AnyLabeling</translation>
    </message>
    <message>
        <source>Labelme</source>
        <translation>Labelme</translation>
    </message>
    <message>
        <source>Hugging Face, Parquet</source>
        <translation>Hugging Face，Parquet</translation>
    </message>
    <message>
        <source>NumPy arrays</source>
        <translation>NumPy 数组</translation>
    </message>
    <message>
        <source>16-bit PNG masks</source>
        <translation>16 位 PNG 掩膜</translation>
    </message>
    <message>
        <source>TIFF masks</source>
        <translation>TIFF 掩膜</translation>
    </message>
    <message>
        <source>masks in colours</source>
        <translation>彩色掩膜</translation>
    </message>
    <message>
        <source>folders of images and masks</source>
        <translation>图像和掩膜文件夹</translation>
    </message>
    <message>
        <source>the value is the class index, 255 is unlabelled</source>
        <translation>像素值为类别编号，255 为未标注</translation>
    </message>
    <message>
        <source>a colour for each class, named in labelmap.txt</source>
        <translation>每个类别一种颜色，列于 labelmap.txt</translation>
    </message>
    <message>
        <source>the value is the class index, 255 and the value after the last are unlabelled</source>
        <translation>像素值为类别编号，255 和最后一个编号之后的值为未标注</translation>
    </message>
    <message>
        <source>the value is one more than the class index, 0 is unlabelled</source>
        <translation>像素值为类别编号加一，0 为未标注</translation>
    </message>
    <message>
        <source>train ids, or label ids turned into them, 255 is unlabelled</source>
        <translation>训练 id（或由标签 id 转换而来），255 为未标注</translation>
    </message>
    <message>
        <source>label ids, 255 is unlabelled</source>
        <translation>标签 id，255 为未标注</translation>
    </message>
    <message>
        <source>colours number the segments, whose categories stand in the JSON file</source>
        <translation>用颜色为分割块编号，其类别记录在 JSON 文件中</translation>
    </message>
    <message>
        <source>the value is the label id less one, 255 is unlabelled</source>
        <translation>像素值为标签 id 减一，255 为未标注</translation>
    </message>
    <message>
        <source>polygons and run lengths of a category each, in the JSON file</source>
        <translation>每个对象属一个类别，以多边形或行程编码存于 JSON 文件</translation>
    </message>
    <message>
        <source>polygons of a class each, in text files</source>
        <translation>每个多边形属一个类别，存于文本文件</translation>
    </message>
    <message>
        <source>shapes of a label each, in the XML file</source>
        <translation>每个形状属一个标签，存于 XML 文件</translation>
    </message>
    <message>
        <source>shapes of a class each, in JSON files</source>
        <translation>每个形状属一个类别，存于 JSON 文件</translation>
    </message>
    <message>
        <source>shapes of a label each, in JSON files</source>
        <translation>每个形状属一个标签，存于 JSON 文件</translation>
    </message>
    <message>
        <source>brush strokes and shapes of a label each, in the JSON file</source>
        <translation>每个笔触或形状属一个标签，存于 JSON 文件</translation>
    </message>
    <message>
        <source>a value for each class, named in values.txt, 65535 is unlabelled</source>
        <translation>每个类别一个值，列于 values.txt，65535 为未标注</translation>
    </message>
</context>
<context>
    <name>HeatLegend</name>
    <message>
        <source>Uncertainty, from certain to unsure</source>
        <translation>不确定度，从确定到不确定</translation>
    </message>
    <message>
        <source>certain</source>
        <translation>确定</translation>
    </message>
    <message>
        <source>unsure</source>
        <translation>不确定</translation>
    </message>
</context>
<context>
    <name>Hints</name>
    <message>
        <source>Paints the labels of the image before this one here, where the paint rule allows</source>
        <translation>在绘制规则允许之处，将上一张图像的标注绘制到此图像</translation>
    </message>
    <message>
        <source>Moves each outline evenly from the nearest labelled image before this one to the nearest one after it (shape-based interpolation)</source>
        <translation>将每条轮廓从前面最近的已标注图像均匀过渡到后面最近的已标注图像（基于形状的插值）</translation>
    </message>
    <message>
        <source>All steps in this image; a click goes back to one, or forward again</source>
        <translation>此图像中的所有步骤；单击可退回到某一步，或再前进</translation>
    </message>
    <message>
        <source>Which images train and which judge, in groups if you like</source>
        <translation>哪些图像用于训练，哪些用于评估，可按组划分</translation>
    </message>
    <message>
        <source>Rename, merge, split, delete or reorder classes in all images; undo it later</source>
        <translation>在所有图像中重命名、合并、拆分、删除类别或调整顺序；之后可撤销</translation>
    </message>
    <message>
        <source>Counts first; one step to undo in each image</source>
        <translation>先统计再替换；每张图像可一步撤销</translation>
    </message>
    <message>
        <source>What may be painted over: everything, the clicked class, unlabelled</source>
        <translation>可以覆盖哪些像素：全部、所单击的类别、未标注</translation>
    </message>
    <message>
        <source>Enter closes · Backspace or undo takes back · Esc gives up · Alt at the start: erase</source>
        <translation>Enter 闭合 · Backspace 或撤销退回一点 · Esc 放弃 · 开始时按住 Alt：擦除</translation>
    </message>
    <message>
        <source>Drag: paint · Shift+click: straight line · Ctrl+wheel: size · Alt+click: pick class</source>
        <translation>拖动：绘制 · Shift+单击：直线 · Ctrl+滚轮：大小 · Alt+单击：拾取类别</translation>
    </message>
    <message>
        <source>Drag: erase · Shift+click: straight line · Ctrl+wheel: size</source>
        <translation>拖动：擦除 · Shift+单击：直线 · Ctrl+滚轮：大小</translation>
    </message>
    <message>
        <source>Click: corner · drag: freehand · drag a corner: move it · Alt+click: remove it · Shift+click a line: new corner · </source>
        <translation>单击：顶点 · 拖动：手绘 · 拖动顶点：移动 · Alt+单击：删除 · Shift+单击线段：新顶点 · </translation>
    </message>
    <message>
        <source>Drag: rectangle · Shift: square · Alt at the start: erase</source>
        <translation>拖动：矩形 · Shift：正方形 · 开始时按住 Alt：擦除</translation>
    </message>
    <message>
        <source>Drag: ellipse · Shift: circle · Alt at the start: erase</source>
        <translation>拖动：椭圆 · Shift：圆 · 开始时按住 Alt：擦除</translation>
    </message>
    <message>
        <source>Click: fill the region under the pointer</source>
        <translation>单击：填充指针下的区域</translation>
    </message>
    <message>
        <source>Click: select like colours · drag sideways: tolerance · Shift+click: more · Enter or a click in it: paint · Esc gives up</source>
        <translation>单击：选择相近颜色 · 左右拖动：容差 · Shift+单击：添加 · Enter 或在选区内单击：绘制 · Esc 放弃</translation>
    </message>
    <message>
        <source>Click or drag: paint areas of like colour · [ and ]: their size · Alt at the start: erase</source>
        <translation>单击或拖动：绘制颜色相近的小块 · [ 和 ]：小块大小 · 开始时按住 Alt：擦除</translation>
    </message>
    <message>
        <source>Click along an edge, the line follows it · drag an anchor: move it · Alt+click: remove it · Shift+click the line: new anchor · </source>
        <translation>沿边缘单击，线条自动贴合 · 拖动锚点：移动 · Alt+单击：删除 · Shift+单击线条：新锚点 · </translation>
    </message>
    <message>
        <source>Drag a box around an object · Shift: one more · Enter or a click in it: paint · Esc gives up · Alt at the start: erase</source>
        <translation>在物体周围拖出一个框 · Shift：再加一个 · Enter 或在其中单击：绘制 · Esc 放弃 · 开始时按住 Alt：擦除</translation>
    </message>
    <message>
        <source>Click a region: see what would change · Enter or a second click: do it · Esc gives up</source>
        <translation>单击区域：预览更改 · Enter 或再次单击：执行 · Esc 放弃</translation>
    </message>
    <message>
        <source>Click a region: see what gets the chosen class · Enter or a second click: do it · Ctrl+H: in all images</source>
        <translation>单击区域：预览将变为所选类别的部分 · Enter 或再次单击：执行 · Ctrl+H：在所有图像中</translation>
    </message>
    <message>
        <source>Click: paint with the class under the pointer from now on</source>
        <translation>单击：此后用指针下的类别绘制</translation>
    </message>
</context>
<context>
    <name>HistoryDock</name>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>What you change in the labels of this image will be listed here. Click a step to go back to it, or forward again.</source>
        <translation>您对此图像标注的更改将在此列出。单击某一步可退回到那里，或再前进。</translation>
    </message>
</context>
<context>
    <name>ImageFilterBox</name>
    <message>
        <source>Search names and notes</source>
        <translation>搜索名称和备注</translation>
    </message>
    <message>
        <source>Filter and sort</source>
        <translation>筛选和排序</translation>
    </message>
    <message>
        <source>Clear filters</source>
        <translation>清除筛选</translation>
    </message>
    <message>
        <source>%s of %s shown</source>
        <translation>显示 %s / %s</translation>
    </message>
    <message>
        <source>with %s</source>
        <translation>含 %s</translation>
    </message>
    <message>
        <source>area of %s</source>
        <translation>面积（%s）</translation>
    </message>
    <message>
        <source>by %s</source>
        <translation>按%s排序</translation>
    </message>
    <message>
        <source>at least %s %%</source>
        <translation>至少 %s %%</translation>
    </message>
    <message>
        <source>changed in the last day</source>
        <translation>最近一天内更改</translation>
    </message>
    <message>
        <source>changed in the last %s days</source>
        <translation>最近 %s 天内更改</translation>
    </message>
    <message>
        <source>at least 1 pixel</source>
        <translation>至少 1 个像素</translation>
    </message>
    <message>
        <source>at least %s pixels</source>
        <translation>至少 %s 个像素</translation>
    </message>
</context>
<context>
    <name>ImagePanel</name>
    <message>
        <source>Images of the open folder will be listed here.</source>
        <translation>已打开文件夹中的图像将在此列出。</translation>
    </message>
    <message>
        <source>Open images</source>
        <translation>打开图像</translation>
    </message>
</context>
<context>
    <name>ImageRows</name>
    <message>
        <source>cannot be opened</source>
        <translation>无法打开</translation>
    </message>
    <message>
        <source>mask cannot be read</source>
        <translation>掩膜无法读取</translation>
    </message>
    <message>
        <source>last changed %s</source>
        <translation>最后更改 %s</translation>
    </message>
</context>
<context>
    <name>ImageSort</name>
    <message>
        <source>name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>review state</source>
        <translation>审核状态</translation>
    </message>
    <message>
        <source>uncertainty of the model</source>
        <translation>模型的不确定度</translation>
    </message>
    <message>
        <source>pixels changed from the prediction</source>
        <translation>相对预测更改的像素数</translation>
    </message>
    <message>
        <source>area</source>
        <translation>面积</translation>
    </message>
    <message>
        <source>date of the last change</source>
        <translation>最后更改日期</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Import labels</source>
        <translation>导入标注</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>文件夹…</translation>
    </message>
    <message>
        <source>File…</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Black and white masks</source>
        <translation>黑白掩膜</translation>
    </message>
    <message>
        <source>Values are class numbers</source>
        <translation>像素值为类别编号</translation>
    </message>
    <message>
        <source>White is the object</source>
        <translation>白色为目标</translation>
    </message>
    <message>
        <source>Black is the object</source>
        <translation>黑色为目标</translation>
    </message>
    <message>
        <source>Class in the files</source>
        <translation>文件中的类别</translation>
    </message>
    <message>
        <source>becomes in this project</source>
        <translation>在本项目中变为</translation>
    </message>
    <message>
        <source>Replace masks that are there (they stay in the history)</source>
        <translation>替换已有的掩膜（原掩膜保留在历史中）</translation>
    </message>
    <message>
        <source>What is left out</source>
        <translation>未包括的内容</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Masks</source>
        <translation>掩膜</translation>
    </message>
    <message>
        <source>Folder of label files</source>
        <translation>标注文件所在的文件夹</translation>
    </message>
    <message>
        <source>Label file, or archive of label files</source>
        <translation>标注文件或其压缩包</translation>
    </message>
    <message>
        <source>Label files and archives (*.zip *.json *.xml)</source>
        <translation>标注文件和压缩包 (*.zip *.json *.xml)</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在查看…</translation>
    </message>
    <message>
        <source>%s with labels (%s).</source>
        <translation>%s有标注（%s）。</translation>
    </message>
    <message>
        <source>%s of them are in this project.</source>
        <translation>其中 %s已在本项目中。</translation>
    </message>
    <message>
        <source>%s will be copied into it.</source>
        <translation>%s将复制到本项目。</translation>
    </message>
    <message>
        <source>%s have a mask already.</source>
        <translation>%s已有掩膜。</translation>
    </message>
    <message>
        <source>%s imported.</source>
        <translation>已导入 %s。</translation>
    </message>
    <message>
        <source>%s had these labels already.</source>
        <translation>%s已有相同的标注。</translation>
    </message>
    <message>
        <source>%s kept their own mask.</source>
        <translation>%s保留了自己的掩膜。</translation>
    </message>
    <message>
        <source>%s left out, see below.</source>
        <translation>%s未导入，见下方。</translation>
    </message>
    <message>
        <source>%s (new class)</source>
        <translation>%s（新类别）</translation>
    </message>
    <message>
        <source>unlabelled</source>
        <translation>未标注</translation>
    </message>
    <message>
        <source>Choose a folder of label files, or one file: a ZIP archive, JSON or XML.</source>
        <translation>请选择标注文件所在的文件夹，或单个文件：ZIP 压缩包、JSON 或 XML。</translation>
    </message>
    <message>
        <source>%d images</source>
        <translation>%d 张图像</translation>
    </message>
    <message>
        <source>1 image</source>
        <translation>1 张图像</translation>
    </message>
</context>
<context>
    <name>InferenceUi</name>
    <message>
        <source>The model is sure everywhere in this image.</source>
        <translation>模型在这张图像中处处确定。</translation>
    </message>
    <message>
        <source>Try it again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Run it on the CPU</source>
        <translation>在 CPU 上运行</translation>
    </message>
    <message>
        <source>Running %s on all images</source>
        <translation>正在所有图像上运行 %s</translation>
    </message>
    <message>
        <source>images</source>
        <translation>张图像</translation>
    </message>
    <message>
        <source>%d images changed</source>
        <translation>%d 张图像已更改</translation>
    </message>
    <message>
        <source>%d left out, approved or done before</source>
        <translation>%d 张未处理（已通过或先前已完成）</translation>
    </message>
    <message>
        <source>%d failed</source>
        <translation>%d 张失败</translation>
    </message>
    <message>
        <source>stopped; run again to go on</source>
        <translation>已停止；再次运行即可继续</translation>
    </message>
    <message>
        <source>Labels and model agree in all images.</source>
        <translation>所有图像中标注与模型一致。</translation>
    </message>
    <message>
        <source>Uncertain region %d of %d, %s pixels.</source>
        <translation>不确定区域 %d / %d，%s 个像素。</translation>
    </message>
</context>
<context>
    <name>JobBar</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>about %s left</source>
        <translation>约剩 %s</translation>
    </message>
    <message>
        <source>%d of %d, %s, %s</source>
        <translation>%d / %d，%s，%s</translation>
    </message>
</context>
<context>
    <name>KeyList</name>
    <message>
        <source>Keys and commands</source>
        <translation>快捷键与命令</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>Choose a class</source>
        <translation>选择类别</translation>
    </message>
    <message>
        <source>0 to 9</source>
        <translation>0 至 9</translation>
    </message>
    <message>
        <source>Pick the class under the pointer</source>
        <translation>拾取指针下的类别</translation>
    </message>
    <message>
        <source>Alt+click</source>
        <translation>Alt+单击</translation>
    </message>
    <message>
        <source>Hide the overlay while held</source>
        <translation>按住时隐藏叠加层</translation>
    </message>
    <message>
        <source>Zoom at the pointer</source>
        <translation>以指针为中心缩放</translation>
    </message>
    <message>
        <source>wheel, pinch</source>
        <translation>滚轮、双指捏合</translation>
    </message>
    <message>
        <source>Pan</source>
        <translation>平移</translation>
    </message>
    <message>
        <source>Space+drag, middle drag</source>
        <translation>空格+拖动、中键拖动</translation>
    </message>
    <message>
        <source>Brush or superpixel size</source>
        <translation>画笔或超像素大小</translation>
    </message>
    <message>
        <source>Ctrl+wheel</source>
        <translation>Ctrl+滚轮</translation>
    </message>
    <message>
        <source>Finish an outline or a selection</source>
        <translation>完成轮廓或选区</translation>
    </message>
    <message>
        <source>Enter, double click</source>
        <translation>Enter、双击</translation>
    </message>
    <message>
        <source>Take back the last corner</source>
        <translation>退回上一个顶点</translation>
    </message>
    <message>
        <source>Backspace</source>
        <translation>Backspace</translation>
    </message>
    <message>
        <source>Give up what is begun</source>
        <translation>放弃当前操作</translation>
    </message>
    <message>
        <source>Esc</source>
        <translation>Esc</translation>
    </message>
</context>
<context>
    <name>LabelErrorsController</name>
    <message>
        <source>%s is locked and cannot be changed</source>
        <translation>%s 已锁定，不能更改</translation>
    </message>
    <message>
        <source>Open its lock in the list of classes first</source>
        <translation>请先在类别列表中解锁</translation>
    </message>
    <message>
        <source>Change to %s</source>
        <translation>改为 %s</translation>
    </message>
</context>
<context>
    <name>LabellingQueue</name>
    <message>
        <source>Run %s</source>
        <translation>运行 %s</translation>
    </message>
</context>
<context>
    <name>LanguageMenu</name>
    <message>
        <source>Language</source>
        <translation>语言 (Language)</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>From the next start on, the window follows the system.</source>
        <translation>下次启动时，界面语言将跟随系统。</translation>
    </message>
    <message>
        <source>From the next start on, the window is in this language: %s.</source>
        <translation>下次启动时，界面将使用此语言：%s。</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>工具(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Close the message</source>
        <translation>关闭消息</translation>
    </message>
</context>
<context>
    <name>Minimap</name>
    <message>
        <source>Click or drag to move the view</source>
        <translation>单击或拖动以移动视图</translation>
    </message>
</context>
<context>
    <name>ModelBar</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>No models found</source>
        <translation>未找到模型</translation>
    </message>
</context>
<context>
    <name>ModelDialog</name>
    <message>
        <source>How is this model meant?</source>
        <translation>此模型应如何解读？</translation>
    </message>
    <message>
        <source>Ways in which the model may be meant</source>
        <translation>模型的可能解读方式</translation>
    </message>
    <message>
        <source>in parts of its size</source>
        <translation>按其尺寸分块</translation>
    </message>
    <message>
        <source>whole, scaled to fit</source>
        <translation>整图，等比缩放</translation>
    </message>
    <message>
        <source>whole, stretched</source>
        <translation>整图，拉伸</translation>
    </message>
    <message>
        <source>Class of the model</source>
        <translation>模型的类别</translation>
    </message>
    <message>
        <source>Class of the project</source>
        <translation>项目的类别</translation>
    </message>
    <message>
        <source>Use it like this</source>
        <translation>按此方式使用</translation>
    </message>
    <message>
        <source>%s comes from another tool, and its file does not say how it takes images. Choose the picture whose colours fit the image best; it is asked only once.</source>
        <translation>%s 由其他工具生成，文件中没有说明如何输入图像。请选择颜色与图像最吻合的图片；只会询问一次。</translation>
    </message>
    <message>
        <source>Larger images run</source>
        <translation>较大图像的处理方式</translation>
    </message>
    <message>
        <source>pixels: %s
output: %s</source>
        <translation>像素：%s
输出：%s</translation>
    </message>
    <message>
        <source>%s, output %s: %s</source>
        <translation>%s，输出 %s：%s</translation>
    </message>
    <message>
        <source>does not run: %s</source>
        <translation>无法运行：%s</translation>
    </message>
    <message>
        <source>add it</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>ignore</source>
        <translation>忽略</translation>
    </message>
</context>
<context>
    <name>NotInstalled</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Training needs PyTorch, which is not installed here (missing: %s).

Run this command in a terminal, where segstudio is installed, and start segstudio again:</source>
        <translation>训练需要 PyTorch，但此处未安装（缺少：%s）。

请在安装 segstudio 的环境中打开终端运行以下命令，然后重新启动 segstudio：</translation>
    </message>
</context>
<context>
    <name>NoteLine</name>
    <message>
        <source>Note about this image</source>
        <translation>此图像的备注</translation>
    </message>
</context>
<context>
    <name>Opening</name>
    <message>
        <source>Open a folder of images</source>
        <translation>打开图像文件夹</translation>
    </message>
    <message>
        <source>Add a model</source>
        <translation>添加模型</translation>
    </message>
    <message>
        <source>ONNX models (*.onnx)</source>
        <translation>ONNX 模型 (*.onnx)</translation>
    </message>
    <message>
        <source>Choose an empty folder for the labels</source>
        <translation>为标注选择一个空文件夹</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <source>Open images…</source>
        <translation>打开图像…</translation>
    </message>
</context>
<context>
    <name>OptionBar</name>
    <message>
        <source>Tool options</source>
        <translation>工具选项</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Brush size in image pixels ([ and ], Ctrl+wheel)</source>
        <translation>画笔大小，以图像像素计（[ 和 ]，Ctrl+滚轮）</translation>
    </message>
    <message>
        <source>Shape of the brush</source>
        <translation>画笔形状</translation>
    </message>
    <message>
        <source>Round</source>
        <translation>圆形</translation>
    </message>
    <message>
        <source>Square</source>
        <translation>方形</translation>
    </message>
    <message>
        <source>Leaves</source>
        <translation>留下</translation>
    </message>
    <message>
        <source>What the eraser leaves: the background, or pixels of which nothing is said and from which no model learns</source>
        <translation>橡皮擦留下的内容：背景，或未作说明、模型不会学习的像素</translation>
    </message>
    <message>
        <source>Background</source>
        <translation>背景</translation>
    </message>
    <message>
        <source>Pressure</source>
        <translation>压感</translation>
    </message>
    <message>
        <source>A pen&apos;s pressure scales the brush; a mouse always presses fully</source>
        <translation>笔的压力会缩放画笔；鼠标始终为最大压力</translation>
    </message>
    <message>
        <source>What a click fills</source>
        <translation>单击时填充的内容</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>Its holes</source>
        <translation>区域内的孔洞</translation>
    </message>
    <message>
        <source>By colour</source>
        <translation>按颜色</translation>
    </message>
    <message>
        <source>Fill only pixels whose colour is near that of the clicked one</source>
        <translation>只填充颜色与所单击像素相近的像素</translation>
    </message>
    <message>
        <source>Tolerance</source>
        <translation>容差</translation>
    </message>
    <message>
        <source>How far each colour channel may differ (drag sideways with the wand)</source>
        <translation>各颜色通道允许的差值（使用魔棒时左右拖动）</translation>
    </message>
    <message>
        <source>Diagonal</source>
        <translation>对角</translation>
    </message>
    <message>
        <source>Pixels that touch by a corner are connected</source>
        <translation>仅以角相接的像素也视为相连</translation>
    </message>
    <message>
        <source>What a click does to the region under the pointer</source>
        <translation>单击时对指针下区域的操作</translation>
    </message>
    <message>
        <source>Grow</source>
        <translation>扩张</translation>
    </message>
    <message>
        <source>Shrink</source>
        <translation>收缩</translation>
    </message>
    <message>
        <source>Smooth</source>
        <translation>平滑</translation>
    </message>
    <message>
        <source>Remove islands</source>
        <translation>移除孤岛</translation>
    </message>
    <message>
        <source>Fill holes</source>
        <translation>填补孔洞</translation>
    </message>
    <message>
        <source>Amount</source>
        <translation>幅度</translation>
    </message>
    <message>
        <source>Image pixels; islands and holes: up to this many pixels squared</source>
        <translation>图像像素；孤岛和孔洞：面积不超过此像素数的平方</translation>
    </message>
    <message>
        <source>Usual width of a superpixel in image pixels ([ and ], Ctrl+wheel)</source>
        <translation>超像素的通常宽度，以图像像素计（[ 和 ]，Ctrl+滚轮）</translation>
    </message>
    <message>
        <source>Compactness</source>
        <translation>紧凑度</translation>
    </message>
    <message>
        <source>Low: superpixels follow every edge of the image. High: they are almost squares</source>
        <translation>低：超像素贴合图像的每条边缘。高：接近正方形</translation>
    </message>
    <message>
        <source>Of</source>
        <translation>范围</translation>
    </message>
    <message>
        <source>What a click chooses</source>
        <translation>单击时选择的内容</translation>
    </message>
    <message>
        <source>The region</source>
        <translation>该区域</translation>
    </message>
    <message>
        <source>The whole class</source>
        <translation>整个类别</translation>
    </message>
    <message>
        <source>Over</source>
        <translation>覆盖</translation>
    </message>
    <message>
        <source>What may be painted over (L); classes with a lock are always kept</source>
        <translation>可以覆盖的内容 (L)；加锁的类别始终保留</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Clicked class</source>
        <translation>所单击的类别</translation>
    </message>
    <message>
        <source>Unlabelled</source>
        <translation>未标注</translation>
    </message>
</context>
<context>
    <name>OrderForm</name>
    <message>
        <source>New order of the classes</source>
        <translation>类别的新顺序</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>下移</translation>
    </message>
</context>
<context>
    <name>PredictController</name>
    <message>
        <source>Run %s</source>
        <translation>运行 %s</translation>
    </message>
</context>
<context>
    <name>ProgressPage</name>
    <message>
        <source>Stop and keep the best</source>
        <translation>停止并保留最佳模型</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>All of this run as one page, in the browser</source>
        <translation>在浏览器中以一页显示本次训练的全部内容</translation>
    </message>
    <message>
        <source>Curves</source>
        <translation>曲线</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Settings and log</source>
        <translation>设置和日志</translation>
    </message>
    <message>
        <source>Nothing was trained in this project yet.</source>
        <translation>本项目尚未进行过训练。</translation>
    </message>
    <message>
        <source>Train a network</source>
        <translation>训练网络</translation>
    </message>
    <message>
        <source>Looking at the images and starting…</source>
        <translation>正在查看图像并启动…</translation>
    </message>
    <message>
        <source>Training, epoch %d</source>
        <translation>训练中，第 %d 轮</translation>
    </message>
    <message>
        <source>Ending: saving what was learnt…</source>
        <translation>正在结束：保存训练结果…</translation>
    </message>
    <message>
        <source>Paused after %s</source>
        <translation>已暂停，完成 %s</translation>
    </message>
    <message>
        <source>Finished after %s</source>
        <translation>已完成 %s</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Interrupted; it can go on where it was</source>
        <translation>已中断；可从中断处继续</translation>
    </message>
    <message>
        <source>1 epoch</source>
        <translation>1 轮</translation>
    </message>
    <message>
        <source>%d epochs</source>
        <translation>%d 轮</translation>
    </message>
    <message>
        <source>%s left</source>
        <translation>剩余 %s</translation>
    </message>
    <message>
        <source>%.1f images/s</source>
        <translation>%.1f 张图像/秒</translation>
    </message>
    <message>
        <source>%s of another computer</source>
        <translation>另一台计算机的 %s</translation>
    </message>
    <message>
        <source>best mIoU %.3f in epoch %d</source>
        <translation>最佳 mIoU %.3f（第 %d 轮）</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Stop at once</source>
        <translation>立即停止</translation>
    </message>
    <message>
        <source>What came after the last checkpoint is lost</source>
        <translation>最后一个检查点之后的内容会丢失</translation>
    </message>
    <message>
        <source>note: %s</source>
        <translation>提示：%s</translation>
    </message>
    <message>
        <source>epoch %d: loss %.4f, validation %.4f, mIoU %.4f%s</source>
        <translation>第 %d 轮：损失 %.4f，验证 %.4f，mIoU %.4f%s</translation>
    </message>
    <message>
        <source>, best so far</source>
        <translation>，目前最佳</translation>
    </message>
    <message>
        <source>The trainer&apos;s last words:</source>
        <translation>训练程序的最后输出：</translation>
    </message>
</context>
<context>
    <name>ProjectWork</name>
    <message>
        <source>Open %s</source>
        <translation>打开 %s</translation>
    </message>
    <message>
        <source>The training has finished.</source>
        <translation>训练已完成。</translation>
    </message>
    <message>
        <source>Look at the new model</source>
        <translation>查看新模型</translation>
    </message>
</context>
<context>
    <name>QueuePage</name>
    <message>
        <source>Find what to label next</source>
        <translation>查找接下来要标注的内容</translation>
    </message>
    <message>
        <source>Runs the chosen model over images that are not approved and judge no model</source>
        <translation>在尚未通过且不用于评估的图像上运行所选模型</translation>
    </message>
    <message>
        <source>Where two models disagree, one of them is wrong; this takes twice as long</source>
        <translation>两个模型不一致之处必有一个出错；用时加倍</translation>
    </message>
    <message>
        <source>Parts of images</source>
        <translation>图像的局部</translation>
    </message>
    <message>
        <source>Whole images</source>
        <translation>整张图像</translation>
    </message>
    <message>
        <source>Parts take least work; whole images tell more where all has to be seen at once</source>
        <translation>局部最省工；需要看到全貌时，整张图像提供的信息更多</translation>
    </message>
    <message>
        <source>Disagreement with</source>
        <translation>对照模型</translation>
    </message>
    <message>
        <source>It is right (A)</source>
        <translation>正确 (A)</translation>
    </message>
    <message>
        <source>What the model says about this part trains from now on</source>
        <translation>从现在起，模型对此部分的判断将用于训练</translation>
    </message>
    <message>
        <source>Not this one (X)</source>
        <translation>跳过 (X)</translation>
    </message>
    <message>
        <source>Leaves the part as it is and does not propose it again</source>
        <translation>此部分保持原样，不再推荐</translation>
    </message>
    <message>
        <source>Correct it (Enter)</source>
        <translation>修正 (Enter)</translation>
    </message>
    <message>
        <source>Opens the part with what the model says, to be painted</source>
        <translation>打开此部分并显示模型的判断，供绘制修正</translation>
    </message>
    <message>
        <source>Take back (Ctrl+Z)</source>
        <translation>撤回 (Ctrl+Z)</translation>
    </message>
    <message>
        <source>Proposes again what you decided about last</source>
        <translation>重新推荐您上一次决定的内容</translation>
    </message>
    <message>
        <source>Where the model is unsure, a correction teaches it most.

The chosen model is run over images that are not approved. The parts that it would learn most from, each unlike the others, come here.</source>
        <translation>在模型不确定之处修正，对它帮助最大。

所选模型将在尚未通过的图像上运行，最值得学习且彼此不同的部分会列在这里。</translation>
    </message>
    <message>
        <source>%d proposals, the most telling first</source>
        <translation>%d 项推荐，最有价值的排在最前</translation>
    </message>
    <message>
        <source>1 proposal</source>
        <translation>1 项推荐</translation>
    </message>
    <message>
        <source>Nothing is left to propose in %d of the %d images. Find asks others.</source>
        <translation>在 %d / %d 张图像中已没有可推荐的内容。“查找”会查看其他图像。</translation>
    </message>
    <message>
        <source>, from %d of %d images; Find asks others</source>
        <translation>，来自 %d / %d 张图像；“查找”会查看其他图像</translation>
    </message>
    <message>
        <source>no other model</source>
        <translation>无其他模型</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>%d of %d images looked at</source>
        <translation>已查看 %d / %d 张图像</translation>
    </message>
    <message>
        <source>Running the model…</source>
        <translation>正在运行模型…</translation>
    </message>
    <message>
        <source>Choose a model first: it is asked where it is unsure.</source>
        <translation>请先选择模型：由它指出不确定之处。</translation>
    </message>
    <message>
        <source>Nothing is left to propose: everything was looked at, or is left out.</source>
        <translation>没有可推荐的内容：全部已查看或已跳过。</translation>
    </message>
</context>
<context>
    <name>ReadOnlyBar</name>
    <message>
        <source>Read only: %s You can look at everything, but change nothing.</source>
        <translation>只读：%s 您可以查看全部内容，但不能更改。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Edit anyway</source>
        <translation>仍要编辑</translation>
    </message>
</context>
<context>
    <name>RenameForm</name>
    <message>
        <source>New name</source>
        <translation>新名称</translation>
    </message>
</context>
<context>
    <name>ReplaceController</name>
    <message>
        <source>Replace %s by %s in all images</source>
        <translation>在所有图像中将 %s 替换为 %s</translation>
    </message>
    <message>
        <source>%s is locked and cannot be replaced</source>
        <translation>%s 已锁定，不能替换</translation>
    </message>
    <message>
        <source>Open its lock in the list of classes first</source>
        <translation>请先在类别列表中解锁</translation>
    </message>
</context>
<context>
    <name>ReplaceDialog</name>
    <message>
        <source>Replace a class in all images</source>
        <translation>在所有图像中替换类别</translation>
    </message>
    <message>
        <source>Class to replace</source>
        <translation>要替换的类别</translation>
    </message>
    <message>
        <source>Class to put there</source>
        <translation>替换成的类别</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>by</source>
        <translation>替换为</translation>
    </message>
    <message>
        <source>This class is locked. Open its lock in the list of classes first.</source>
        <translation>此类别已锁定。请先在类别列表中解锁。</translation>
    </message>
    <message>
        <source>Counting…</source>
        <translation>正在统计…</translation>
    </message>
    <message>
        <source>No image has any of this class.</source>
        <translation>没有图像含有此类别。</translation>
    </message>
    <message>
        <source>%d images</source>
        <translation>%d 张图像</translation>
    </message>
    <message>
        <source>1 image</source>
        <translation>1 张图像</translation>
    </message>
    <message>
        <source>%s pixels in %s would change. It can be undone.</source>
        <translation>%s 个像素（%s）将会更改。此操作可以撤销。</translation>
    </message>
    <message>
        <source>%s: taken back in %s.</source>
        <translation>%s：已在 %s中撤回。</translation>
    </message>
    <message>
        <source>%s: %s changed.</source>
        <translation>%s：%s已更改。</translation>
    </message>
    <message>
        <source>It was stopped before the last one.</source>
        <translation>在最后一张图像之前已停止。</translation>
    </message>
    <message>
        <source>Left as they are: %s.</source>
        <translation>保持不变：%s。</translation>
    </message>
</context>
<context>
    <name>RequestForm</name>
    <message>
        <source>unet-mini is fast and keeps fine detail: start with it</source>
        <translation>unet-mini 速度快且保留细节：建议从它开始</translation>
    </message>
    <message>
        <source>Everything that was looked at</source>
        <translation>所有经人查看过的图像</translation>
    </message>
    <message>
        <source>Approved images only</source>
        <translation>仅已通过的图像</translation>
    </message>
    <message>
        <source>Corrected images only</source>
        <translation>仅已修正的图像</translation>
    </message>
    <message>
        <source>What a model said and nobody has corrected or approved never trains</source>
        <translation>仅由模型给出、无人修正或通过的内容绝不用于训练</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Start from</source>
        <translation>起点</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>训练图像</translation>
    </message>
    <message>
        <source>Train for</source>
        <translation>训练时长</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Show settings</source>
        <translation>显示设置</translation>
    </message>
    <message>
        <source>What the trainer would choose, why, and how long it would take</source>
        <translation>训练程序会如何选择、为什么，以及需要多长时间</translation>
    </message>
    <message>
        <source>Looking at the images and timing a step on this computer…</source>
        <translation>正在查看图像，并测量此计算机上一步所需的时间…</translation>
    </message>
    <message>
        <source>Another run trains: see Progress</source>
        <translation>另一次训练正在进行：见“进度”</translation>
    </message>
    <message>
        <source> min</source>
        <translation> 分钟</translation>
    </message>
    <message>
        <source> epochs</source>
        <translation> 轮</translation>
    </message>
    <message>
        <source>By time</source>
        <translation>按时间</translation>
    </message>
    <message>
        <source>By epochs</source>
        <translation>按轮次</translation>
    </message>
    <message>
        <source>A model goes on with its own network</source>
        <translation>模型沿用自己的网络</translation>
    </message>
    <message>
        <source>Scratch</source>
        <translation>从零开始</translation>
    </message>
    <message>
        <source>Everything else is decided from your images: crop, batch, classes, how images are varied. “Show settings” lists all of it with the reasons, and says how long it takes on this computer.</source>
        <translation>其余各项根据您的图像决定：裁剪、批大小、类别、数据增强。“显示设置”会列出全部设置及其原因，以及在此计算机上所需的时间。</translation>
    </message>
    <message>
        <source>Your choices have changed. Press “Show settings” to see the new settings.</source>
        <translation>您的选择已更改。请点击“显示设置”查看新的设置。</translation>
    </message>
    <message>
        <source>ImageNet</source>
        <translation>ImageNet</translation>
    </message>
    <message>
        <source>This model: %s</source>
        <translation>此模型：%s</translation>
    </message>
    <message>
        <source>A model that was trained in this project can be trained further</source>
        <translation>在本项目中训练的模型可以继续训练</translation>
    </message>
</context>
<context>
    <name>ReviewProgress</name>
    <message>
        <source>%s of %s approved</source>
        <translation>已通过 %s / %s</translation>
    </message>
    <message>
        <source>, %s flagged</source>
        <translation>，待复查 %s</translation>
    </message>
</context>
<context>
    <name>ReviewState</name>
    <message>
        <source>not labelled</source>
        <translation>未标注</translation>
    </message>
    <message>
        <source>predicted</source>
        <translation>已预测</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>已修正</translation>
    </message>
    <message>
        <source>approved</source>
        <translation>已通过</translation>
    </message>
    <message>
        <source>flagged</source>
        <translation>待复查</translation>
    </message>
</context>
<context>
    <name>RunAllDialog</name>
    <message>
        <source>Run on all images</source>
        <translation>在所有图像上运行</translation>
    </message>
    <message>
        <source>Fill what is not labelled yet</source>
        <translation>填充尚未标注的部分</translation>
    </message>
    <message>
        <source>Replace what nobody has looked at</source>
        <translation>替换无人查看过的部分</translation>
    </message>
    <message>
        <source>Change nothing, list where labels and model differ</source>
        <translation>不作更改，只列出标注与模型不一致之处</translation>
    </message>
    <message>
        <source>Pixels that you corrected and images that you approved always stay as they are.</source>
        <translation>您修正过的像素和已通过的图像始终保持不变。</translation>
    </message>
    <message>
        <source>Run again on images that this model has run on</source>
        <translation>在此模型已运行过的图像上再次运行</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
</context>
<context>
    <name>RunsPage</name>
    <message>
        <source>run</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>mIoU</source>
        <translation>mIoU</translation>
    </message>
    <message>
        <source>model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Go back to its model</source>
        <translation>恢复为其模型</translation>
    </message>
    <message>
        <source>A note about the selected run</source>
        <translation>所选训练的备注</translation>
    </message>
    <message>
        <source>Every training is kept here, with its curves beside those of others, its settings, your notes and its model.</source>
        <translation>每次训练都保存在这里：可并排比较的曲线、设置、您的备注及其模型。</translation>
    </message>
    <message>
        <source>Train a network</source>
        <translation>训练网络</translation>
    </message>
    <message>
        <source>A run trains, and is followed until it ends</source>
        <translation>有训练正在进行，将跟踪到其结束</translation>
    </message>
    <message>
        <source>Select several runs to see what their settings differ in.</source>
        <translation>选择多次训练以查看其设置的差异。</translation>
    </message>
    <message>
        <source>Their settings are the same.</source>
        <translation>它们的设置相同。</translation>
    </message>
    <message>
        <source>Began from scratch.</source>
        <translation>从零开始训练。</translation>
    </message>
    <message>
        <source>Began from ImageNet.</source>
        <translation>从 ImageNet 权重开始。</translation>
    </message>
    <message>
        <source>Went on from the run of %s.</source>
        <translation>接着 %s 的训练继续。</translation>
    </message>
    <message>
        <source>Its model was taken over as %s, in place of %s.</source>
        <translation>其模型已采用为 %s，取代 %s。</translation>
    </message>
    <message>
        <source>Its model was taken over as %s.</source>
        <translation>其模型已采用为 %s。</translation>
    </message>
    <message>
        <source>Its model was not taken over; Show and Compare still offer it.</source>
        <translation>其模型未被采用；仍可通过“显示”和“比较”使用。</translation>
    </message>
</context>
<context>
    <name>SafetyBar</name>
    <message>
        <source>%d edits</source>
        <translation>%d 次编辑</translation>
    </message>
    <message>
        <source>1 edit</source>
        <translation>1 次编辑</translation>
    </message>
    <message>
        <source>%d images</source>
        <translation>%d 张图像</translation>
    </message>
    <message>
        <source>1 image</source>
        <translation>1 张图像</translation>
    </message>
    <message>
        <source>Recovered %s in %s from %s: the program had ended unexpectedly.</source>
        <translation>已恢复 %s（%s，%s）：程序上次意外结束。</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>丢弃</translation>
    </message>
    <message>
        <source>Keep mine</source>
        <translation>保留我的</translation>
    </message>
    <message>
        <source>Take theirs</source>
        <translation>采用对方的</translation>
    </message>
</context>
<context>
    <name>Saving</name>
    <message>
        <source>Saved as %s</source>
        <translation>已保存为 %s</translation>
    </message>
</context>
<context>
    <name>SequenceController</name>
    <message>
        <source>This is the first image: there is none before it to copy from</source>
        <translation>这是第一张图像：前面没有可供复制的图像</translation>
    </message>
    <message>
        <source>Copy labels of %s</source>
        <translation>复制 %s 的标注</translation>
    </message>
    <message>
        <source>Labels of %s copied, %%s pixels changed.</source>
        <translation>已复制 %s 的标注，更改了 %%s 个像素。</translation>
    </message>
    <message>
        <source>No labelled image lies before this one</source>
        <translation>此图像之前没有已标注的图像</translation>
    </message>
    <message>
        <source>No labelled image lies after this one</source>
        <translation>此图像之后没有已标注的图像</translation>
    </message>
    <message>
        <source>Label one image on either side; what lies between can then be worked out</source>
        <translation>请在前后各标注一张图像，中间的才能推算出来</translation>
    </message>
    <message>
        <source>Interpolate labels</source>
        <translation>插值标注</translation>
    </message>
    <message>
        <source>Outlines moved evenly from those of %s to those of %s, %%s pixels changed. Please check them.</source>
        <translation>轮廓已从 %s 均匀过渡到 %s，更改了 %%s 个像素。请检查。</translation>
    </message>
    <message>
        <source>The paint rule is to paint only over the clicked class, and this needs no click</source>
        <translation>当前绘制规则只允许覆盖所单击的类别，而此操作不需要单击</translation>
    </message>
    <message>
        <source>Choose another rule with L</source>
        <translation>按 L 选择其他规则</translation>
    </message>
    <message>
        <source>Nothing changed: the labels here are the same already, or protected.</source>
        <translation>没有更改：此处的标注已相同，或受到保护。</translation>
    </message>
</context>
<context>
    <name>SheetView</name>
    <message>
        <source>Validation images, with prediction and truth,
come here.</source>
        <translation>验证图像及其预测和真值
将显示在这里。</translation>
    </message>
    <message>
        <source>Click to see all of it</source>
        <translation>单击查看全部</translation>
    </message>
    <message>
        <source>Click to enlarge it</source>
        <translation>单击放大</translation>
    </message>
</context>
<context>
    <name>Sides</name>
    <message>
        <source>Prediction</source>
        <translation>预测</translation>
    </message>
    <message>
        <source>Correction</source>
        <translation>修正</translation>
    </message>
</context>
<context>
    <name>SplitDialog</name>
    <message>
        <source>Training, validation and test images</source>
        <translation>训练集、验证集和测试集</translation>
    </message>
    <message>
        <source>Each image goes its own way</source>
        <translation>各图像独立划分</translation>
    </message>
    <message>
        <source>Images of a folder stay together</source>
        <translation>同一文件夹的图像归为一组</translation>
    </message>
    <message>
        <source>Same name before the last number stays together</source>
        <translation>最后一个数字前名称相同的归为一组</translation>
    </message>
    <message>
        <source>A regular expression tells the group</source>
        <translation>用正则表达式确定分组</translation>
    </message>
    <message>
        <source>Frames of one video or slices of one stack look alike: a model that trains on some of them and is judged by others looks better than it is.</source>
        <translation>同一视频的各帧或同一图像栈的各切片彼此相似：若用其中一些训练、用另一些评估，模型会显得比实际更好。</translation>
    </message>
    <message>
        <source>The first part in parentheses is the group, or else all that is found</source>
        <translation>第一个括号内的部分为组名；没有括号则取全部匹配内容</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练集</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>验证集</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>测试集</translation>
    </message>
    <message>
        <source>Divide by these rules</source>
        <translation>按这些规则划分</translation>
    </message>
    <message>
        <source>Also images that are decided, but for those a run used</source>
        <translation>包括已划分的图像（训练用过的除外）</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Groups of images</source>
        <translation>图像分组</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>分组</translation>
    </message>
    <message>
        <source>Regular expression</source>
        <translation>正则表达式</translation>
    </message>
    <message>
        <source>choose the best model while training</source>
        <translation>训练时用来选择最佳模型</translation>
    </message>
    <message>
        <source>only judge finished models</source>
        <translation>只用于评估训练好的模型</translation>
    </message>
    <message>
        <source>Move the chosen groups to</source>
        <translation>将所选分组移至</translation>
    </message>
    <message>
        <source>not decided yet %s</source>
        <translation>未划分 %s</translation>
    </message>
    <message>
        <source>in %s groups</source>
        <translation>共 %s 组</translation>
    </message>
    <message>
        <source>%s groups train and judge at once</source>
        <translation>%s 个分组同时用于训练和评估</translation>
    </message>
    <message>
        <source>1 group trains and judges at once</source>
        <translation>1 个分组同时用于训练和评估</translation>
    </message>
    <message>
        <source>%s: models will look better than they are.</source>
        <translation>%s：模型会显得比实际更好。</translation>
    </message>
    <message>
        <source>%s images were used by training runs and stay where they are.</source>
        <translation>%s 张图像已用于训练，保持原有划分。</translation>
    </message>
    <message>
        <source>1 image was used by training runs and stays where it is.</source>
        <translation>1 张图像已用于训练，保持原有划分。</translation>
    </message>
    <message>
        <source>All images are one group, so none is left to judge models.</source>
        <translation>所有图像同属一组，没有图像可用于评估模型。</translation>
    </message>
    <message>
        <source>What is not decided is decided when it first trains or judges.</source>
        <translation>未划分的图像在首次训练或评估时划分。</translation>
    </message>
</context>
<context>
    <name>SplitForm</name>
    <message>
        <source>Name of the new class</source>
        <translation>新类别的名称</translation>
    </message>
    <message>
        <source>Regions that the selection touches</source>
        <translation>与所选范围相接的区域</translation>
    </message>
    <message>
        <source>Select something with the magic wand, superpixels, polygon or cut-out first</source>
        <translation>请先用魔棒、超像素、多边形或抠图选中一些内容</translation>
    </message>
    <message>
        <source>Small regions, in all images, of up to</source>
        <translation>所有图像中的小区域，不超过</translation>
    </message>
    <message>
        <source> pixels</source>
        <translation> 像素</translation>
    </message>
    <message>
        <source>Largest region, in pixels</source>
        <translation>最大区域，以像素计</translation>
    </message>
</context>
<context>
    <name>StatisticsDialog</name>
    <message>
        <source>Statistics</source>
        <translation>统计</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Region sizes</source>
        <translation>区域大小</translation>
    </message>
    <message>
        <source>Classes together</source>
        <translation>类别共现</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>审核</translation>
    </message>
    <message>
        <source>Corrections</source>
        <translation>修正</translation>
    </message>
    <message>
        <source>Count again</source>
        <translation>重新统计</translation>
    </message>
    <message>
        <source>Save picture…</source>
        <translation>保存图片…</translation>
    </message>
    <message>
        <source>Save numbers…</source>
        <translation>保存数据…</translation>
    </message>
    <message>
        <source>Nothing is labelled yet. Numbers come with the first labels.</source>
        <translation>尚无标注。有了标注即显示数据。</translation>
    </message>
    <message>
        <source>The regions are being counted…</source>
        <translation>正在统计区域…</translation>
    </message>
    <message>
        <source>Nothing was corrected yet. Each image notes how long it was worked on, and what differs from the model&apos;s answer.</source>
        <translation>尚无修正。每张图像会记录处理用时以及与模型结果的差异。</translation>
    </message>
    <message>
        <source>Counting…</source>
        <translation>正在统计…</translation>
    </message>
    <message>
        <source>Stop counting</source>
        <translation>停止统计</translation>
    </message>
    <message>
        <source>%d of %d images</source>
        <translation>%d / %d 张图像</translation>
    </message>
    <message>
        <source>Save picture</source>
        <translation>保存图片</translation>
    </message>
    <message>
        <source>Save numbers</source>
        <translation>保存数据</translation>
    </message>
</context>
<context>
    <name>StatisticsPage</name>
    <message>
        <source>What to show</source>
        <translation>显示内容</translation>
    </message>
</context>
<context>
    <name>StatisticsViews</name>
    <message>
        <source>(unlabelled)</source>
        <translation>（未标注）</translation>
    </message>
    <message>
        <source>class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>pixels</source>
        <translation>像素数</translation>
    </message>
    <message>
        <source>share of labelled</source>
        <translation>占已标注的比例</translation>
    </message>
    <message>
        <source>images</source>
        <translation>图像数</translation>
    </message>
    <message>
        <source>regions</source>
        <translation>区域数</translation>
    </message>
    <message>
        <source>balance weight</source>
        <translation>平衡权重</translation>
    </message>
    <message>
        <source>%s pixels are labelled in %s.</source>
        <translation>%s 个像素已标注，共 %s。</translation>
    </message>
    <message>
        <source>The largest class has %s times the pixels of the smallest.</source>
        <translation>最大类别的像素数是最小类别的 %s 倍。</translation>
    </message>
    <message>
        <source>No image has %s.</source>
        <translation>没有图像含有 %s。</translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation>像素数</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像数</translation>
    </message>
    <message>
        <source>pixels from</source>
        <translation>像素数下限</translation>
    </message>
    <message>
        <source>pixels to</source>
        <translation>像素数上限</translation>
    </message>
    <message>
        <source>%s connected regions; half of them have less than %s pixels.</source>
        <translation>%s 个连通区域；其中一半小于 %s 个像素。</translation>
    </message>
    <message>
        <source>regions, by pixels from</source>
        <translation>区域数，按像素数下限</translation>
    </message>
    <message>
        <source>Together</source>
        <translation>共现</translation>
    </message>
    <message>
        <source>Number of images that have both classes; along the diagonal, the class.</source>
        <translation>同时含有两个类别的图像数；对角线上为该类别的图像数。</translation>
    </message>
    <message>
        <source>unlabelled</source>
        <translation>未标注</translation>
    </message>
    <message>
        <source>predicted</source>
        <translation>已预测</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>已修正</translation>
    </message>
    <message>
        <source>approved</source>
        <translation>已通过</translation>
    </message>
    <message>
        <source>flagged</source>
        <translation>待复查</translation>
    </message>
    <message>
        <source>%d of %s approved.</source>
        <translation>已通过 %d / %s。</translation>
    </message>
    <message>
        <source>Masks that cannot be read: %s.</source>
        <translation>无法读取的掩膜：%s。</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>审核</translation>
    </message>
    <message>
        <source>state</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>share</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>%s of work on %s; half of them took less than %s.</source>
        <translation>用时 %s，共 %s；其中一半少于 %s。</translation>
    </message>
    <message>
        <source>Time per image</source>
        <translation>每张图像用时</translation>
    </message>
    <message>
        <source>image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>seconds</source>
        <translation>秒</translation>
    </message>
    <message>
        <source>Time per day</source>
        <translation>每日用时</translation>
    </message>
    <message>
        <source>day</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>minutes</source>
        <translation>分钟</translation>
    </message>
    <message>
        <source>What was corrected</source>
        <translation>修正内容</translation>
    </message>
    <message>
        <source>corrected to</source>
        <translation>修正为</translation>
    </message>
    <message>
        <source>%s images</source>
        <translation>%s 张图像</translation>
    </message>
    <message>
        <source>1 image</source>
        <translation>1 张图像</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>%s (predicted: %s)</source>
        <translation>%s（预测：%s）</translation>
    </message>
    <message>
        <source>%s px selected</source>
        <translation>已选 %s 像素</translation>
    </message>
    <message>
        <source>%s px changed</source>
        <translation>已更改 %s 像素</translation>
    </message>
    <message>
        <source>unlabelled</source>
        <translation>未标注</translation>
    </message>
    <message>
        <source>not saved</source>
        <translation>未保存</translation>
    </message>
    <message>
        <source>saving…</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>已编辑</translation>
    </message>
    <message>
        <source>saved %s</source>
        <translation>已保存 %s</translation>
    </message>
    <message>
        <source>%d of %d labelled</source>
        <translation>已标注 %d / %d</translation>
    </message>
    <message>
        <source>%d of %d approved</source>
        <translation>已通过 %d / %d</translation>
    </message>
</context>
<context>
    <name>Toolbox</name>
    <message>
        <source>The class %s is locked, so nothing was changed</source>
        <translation>类别 %s 已锁定，因此没有更改</translation>
    </message>
    <message>
        <source>Click its lock in the list of classes to unlock it</source>
        <translation>单击类别列表中的锁即可解锁</translation>
    </message>
    <message>
        <source>The paint rule kept what is there, so nothing was changed</source>
        <translation>绘制规则保留了原有内容，因此没有更改</translation>
    </message>
    <message>
        <source>Choose another rule with L</source>
        <translation>按 L 选择其他规则</translation>
    </message>
    <message>
        <source>Only locked classes lie there, so nothing was changed</source>
        <translation>那里只有已锁定的类别，因此没有更改</translation>
    </message>
    <message>
        <source>Click a lock in the list of classes to unlock it</source>
        <translation>单击类别列表中的锁即可解锁</translation>
    </message>
    <message>
        <source>%s, erasing</source>
        <translation>%s（擦除）</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>橡皮擦</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>套索</translation>
    </message>
    <message>
        <source>Rectangle</source>
        <translation>矩形</translation>
    </message>
    <message>
        <source>Ellipse</source>
        <translation>椭圆</translation>
    </message>
    <message>
        <source>Fill</source>
        <translation>填充</translation>
    </message>
    <message>
        <source>Magic wand</source>
        <translation>魔棒</translation>
    </message>
    <message>
        <source>Superpixels</source>
        <translation>超像素</translation>
    </message>
    <message>
        <source>Scissors</source>
        <translation>智能剪刀</translation>
    </message>
    <message>
        <source>Cut-out</source>
        <translation>抠图</translation>
    </message>
    <message>
        <source>Reshape</source>
        <translation>形态调整</translation>
    </message>
    <message>
        <source>Replace by</source>
        <translation>替换为</translation>
    </message>
    <message>
        <source>Pick class</source>
        <translation>拾取类别</translation>
    </message>
</context>
<context>
    <name>TrainDock</name>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
</context>
<context>
    <name>TrainPanel</name>
    <message>
        <source>New</source>
        <translation>新建</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>训练记录</translation>
    </message>
    <message>
        <source>Label next</source>
        <translation>接下来标注</translation>
    </message>
    <message>
        <source>Open images first.</source>
        <translation>请先打开图像。</translation>
    </message>
</context>
<context>
    <name>TrainingController</name>
    <message>
        <source>This run trains on another computer</source>
        <translation>此训练在另一台计算机上进行</translation>
    </message>
    <message>
        <source>Pause it, or stop it there</source>
        <translation>请在那里暂停或停止</translation>
    </message>
    <message>
        <source>The system ended the training (signal %d), perhaps for want of memory</source>
        <translation>系统终止了训练（信号 %d），可能是内存不足</translation>
    </message>
    <message>
        <source>The training ended without a word</source>
        <translation>训练未留下任何说明就结束了</translation>
    </message>
    <message>
        <source>Resume goes on from the last checkpoint</source>
        <translation>“继续”会从最后一个检查点开始</translation>
    </message>
    <message>
        <source>See %s</source>
        <translation>见 %s</translation>
    </message>
</context>
<context>
    <name>TrainingPlan</name>
    <message>
        <source>About a minute</source>
        <translation>约一分钟</translation>
    </message>
    <message>
        <source>About %d minutes</source>
        <translation>约 %d 分钟</translation>
    </message>
    <message>
        <source>%s on %s; images that train: %d, that judge: %d.</source>
        <translation>%s，使用 %s；训练图像 %d 张，评估图像 %d 张。</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Varied by</source>
        <translation>数据增强</translation>
    </message>
    <message>
        <source>Less than a minute</source>
        <translation>不到一分钟</translation>
    </message>
    <message>
        <source>About %d hours</source>
        <translation>约 %d 小时</translation>
    </message>
    <message>
        <source>size × %g to %g</source>
        <translation>缩放 × %g 至 %g</translation>
    </message>
    <message>
        <source>turned up to %g°</source>
        <translation>旋转最多 %g°</translation>
    </message>
    <message>
        <source>bent</source>
        <translation>弹性变形</translation>
    </message>
    <message>
        <source>mirrored both ways</source>
        <translation>水平和垂直镜像</translation>
    </message>
    <message>
        <source>mirrored left to right</source>
        <translation>左右镜像</translation>
    </message>
    <message>
        <source>brightness and contrast</source>
        <translation>亮度和对比度</translation>
    </message>
    <message>
        <source>colour</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>blur</source>
        <translation>模糊</translation>
    </message>
    <message>
        <source>noise</source>
        <translation>噪声</translation>
    </message>
    <message>
        <source>JPEG artefacts</source>
        <translation>JPEG 伪影</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>无</translation>
    </message>
</context>
<context>
    <name>ViewBar</name>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Opacity of the overlay (hold V to hide it)</source>
        <translation>叠加层的不透明度（按住 V 隐藏）</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>不透明度</translation>
    </message>
</context>
<context>
    <name>ViewOptions</name>
    <message>
        <source>Display: brightness, contrast, channels, outlines</source>
        <translation>显示：亮度、对比度、通道、轮廓</translation>
    </message>
    <message>
        <source>Display</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Run a model on this image first.</source>
        <translation>请先在此图像上运行模型。</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Segment your images</source>
        <translation>分割您的图像</translation>
    </message>
    <message>
        <source>Open a folder, run a model, correct its masks with the brush.
Images and labels stay on this computer.</source>
        <translation>打开文件夹，运行模型，用画笔修正掩膜。
图像和标注都留在此计算机上。</translation>
    </message>
    <message>
        <source>Open images…</source>
        <translation>打开图像…</translation>
    </message>
    <message>
        <source>Open sample</source>
        <translation>打开示例</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>最近打开</translation>
    </message>
    <message>
        <source>You can also drop images, a folder or a model on this window.</source>
        <translation>也可以将图像、文件夹或模型拖放到此窗口。</translation>
    </message>
</context>
<context>
    <name>WorkParts</name>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
</context>
<context>
    <name>WorkReports</name>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Running %s</source>
        <translation>正在运行 %s</translation>
    </message>
    <message>
        <source>%s pixels of locked classes were kept.</source>
        <translation>已锁定类别的 %s 个像素已保留。</translation>
    </message>
    <message>
        <source>%s pixels that you had corrected were kept.</source>
        <translation>您修正过的 %s 个像素已保留。</translation>
    </message>
    <message>
        <source>Replace them too</source>
        <translation>一并替换</translation>
    </message>
    <message>
        <source>New classes from the model: %s.</source>
        <translation>模型带来的新类别：%s。</translation>
    </message>
    <message>
        <source>Looking at the neighbours</source>
        <translation>正在查看相邻图像</translation>
    </message>
    <message>
        <source>Replacing in all images</source>
        <translation>正在所有图像中替换</translation>
    </message>
    <message>
        <source>Undo in all</source>
        <translation>在所有图像中撤销</translation>
    </message>
    <message>
        <source>Exporting</source>
        <translation>正在导出</translation>
    </message>
    <message>
        <source>%d images</source>
        <translation>%d 张图像</translation>
    </message>
    <message>
        <source>1 image</source>
        <translation>1 张图像</translation>
    </message>
    <message>
        <source>%s exported to %s, %d pixels changed.</source>
        <translation>%s已导出到 %s，更改了 %d 个像素。</translation>
    </message>
    <message>
        <source>Show folder</source>
        <translation>显示文件夹</translation>
    </message>
    <message>
        <source>It cannot hold: %s.</source>
        <translation>无法保存：%s。</translation>
    </message>
    <message>
        <source>Export as %s</source>
        <translation>导出为 %s</translation>
    </message>
</context>
<context>
    <name>Workspace</name>
    <message>
        <source>Discard recovered edits</source>
        <translation>丢弃已恢复的编辑</translation>
    </message>
    <message>
        <source>Take the other mask</source>
        <translation>采用另一个掩膜</translation>
    </message>
</context>
<context>
    <name>_ClassModel</name>
    <message>
        <source>Show or hide this class</source>
        <translation>显示或隐藏此类别</translation>
    </message>
    <message>
        <source>Protect this class from being painted over</source>
        <translation>保护此类别不被覆盖</translation>
    </message>
    <message>
        <source>Change the colour</source>
        <translation>更改颜色</translation>
    </message>
</context>
<context>
    <name>_Confusions</name>
    <message>
        <source>true %s</source>
        <translation>真值 %s</translation>
    </message>
    <message>
        <source>none of these</source>
        <translation>均不属于</translation>
    </message>
</context>
<context>
    <name>_GroupModel</name>
    <message>
        <source>Group</source>
        <translation>分组</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像数</translation>
    </message>
    <message>
        <source>Goes to</source>
        <translation>归入</translation>
    </message>
    <message>
        <source>Used by</source>
        <translation>用于</translation>
    </message>
    <message>
        <source>training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>not decided yet</source>
        <translation>未划分</translation>
    </message>
    <message>
        <source>%s and %d more</source>
        <translation>%s 及另外 %d 次</translation>
    </message>
</context>
<context>
    <name>_NoMatch</name>
    <message>
        <source>No image matches the search and the filters.</source>
        <translation>没有图像符合搜索和筛选条件。</translation>
    </message>
    <message>
        <source>Clear filters</source>
        <translation>清除筛选</translation>
    </message>
</context>
<context>
    <name>_Popup</name>
    <message>
        <source>any</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>The other way round</source>
        <translation>反向排序</translation>
    </message>
    <message>
        <source>With class</source>
        <translation>含有类别</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>排序方式</translation>
    </message>
    <message>
        <source>of class</source>
        <translation>所属类别</translation>
    </message>
    <message>
        <source>At least</source>
        <translation>不少于</translation>
    </message>
    <message>
        <source>Any</source>
        <translation>任意</translation>
    </message>
    <message>
        <source>In the last</source>
        <translation>最近</translation>
    </message>
    <message>
        <source>days</source>
        <translation>天</translation>
    </message>
    <message>
        <source>pixels</source>
        <translation>像素</translation>
    </message>
</context>
<context>
    <name>_Steps</name>
    <message>
        <source>Before these steps</source>
        <translation>这些步骤之前</translation>
    </message>
    <message>
        <source>Click to undo back to here</source>
        <translation>单击以撤销至此</translation>
    </message>
</context>
<context>
    <name>_Table</name>
    <message>
        <source>class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>old IoU</source>
        <translation>旧交并比</translation>
    </message>
    <message>
        <source>new IoU</source>
        <translation>新交并比</translation>
    </message>
    <message>
        <source>difference</source>
        <translation>差值</translation>
    </message>
    <message>
        <source>95 % interval</source>
        <translation>95 % 置信区间</translation>
    </message>
    <message>
        <source>%+.3f to %+.3f</source>
        <translation>%+.3f 至 %+.3f</translation>
    </message>
</context>
</TS>
